"""Publishing side by side, on a real PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import AuditEvent, Obligation
from catalog.actions.placements import place_resource
from catalog.actions.resources import change_resource, submit_resource
from catalog.actions.reviews import (
    approve_resource,
    publish_resource,
    return_resource,
    review_resource,
)
from catalog.errors import NameTaken, NothingInWork
from catalog.models import Category, Entry, Placement, Resource
from kernel.errors import Forbidden, IllegalMove, Stale
from tests.factories.accounts import DepartmentFactory, MemberFactory
from tests.factories.catalog import CategoryFactory, entry_with_items
from tests.people import actor_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people():
    """Actors: two stewards and a head of one department, and the authority."""
    civil, bureau = DepartmentFactory(), DepartmentFactory()
    roles = {"steward": civil, "head": civil, "authority": bureau}
    return civil, {
        role: actor_for(MemberFactory(department=department, roles=[role]))
        for role, department in roles.items()
    }


def drafts(count, department, **entry):
    category = CategoryFactory(code="307024")
    return [
        entry_with_items(
            resource__department=department, resource__category=category, **entry
        ).resource
        for _ in range(count)
    ]


def bring_to_review(resource, actors):
    submit_resource(resource, actor=actors["steward"])
    approve_resource(resource, actor=actors["head"])
    review_resource(resource, actor=actors["authority"])


def side_by_side(deed, tasks):
    """Run the deed for each task in a thread of its own, all at once; gives results or errors."""
    gate = Barrier(len(tasks))

    def run(task):
        try:
            gate.wait(timeout=20)
            return deed(task)
        except Exception as error:  # noqa: BLE001 - the test looks at what came
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def test_publications_side_by_side_take_each_number_once_and_leave_no_gap(people):
    civil, actors = people
    resources = drafts(12, civil)
    for resource in resources:
        bring_to_review(resource, actors)
    side_by_side(lambda r: publish_resource(r, actor=actors["authority"]), resources)
    codes = sorted(
        (int(code.split("/")[1]), code) for code in Resource.objects.values_list("code", flat=True)
    )
    assert codes == [(n, f"307024/{n}") for n in range(1, 13)]
    assert Category.objects.get().next_number == 13
    assert Obligation.objects.filter(state="met").count() == 12


def test_32_writers_in_two_classes_leave_no_gap_and_block_nobody_for_good(people):
    """Half of them hang under the two classes the other way round."""
    civil, actors = people
    first, second = CategoryFactory(code="307024"), CategoryFactory(code="201")
    resources = []
    for number in range(32):
        own, other = (first, second) if number % 2 else (second, first)
        entry = entry_with_items(resource__department=civil, resource__category=own)
        place_resource(entry.resource, actor=actors["steward"], category=other)
        bring_to_review(entry.resource, actors)
        resources.append(entry.resource)
    results = side_by_side(lambda r: publish_resource(r, actor=actors["authority"]), resources)
    assert all(isinstance(result, Entry) for result in results), results
    given = [
        *Resource.objects.values_list("code", flat=True),
        *Placement.objects.values_list("code", flat=True),
    ]
    assert sorted(given) == sorted(
        f"{code}/{number}" for code in ("201", "307024") for number in range(1, 33)
    )


def test_of_two_reviewers_who_decide_at_once_one_wins(people):
    civil, actors = people
    other = actor_for(MemberFactory(department=DepartmentFactory(), roles=["business_operator"]))
    for _ in range(5):
        (resource,) = drafts(1, civil)
        submit_resource(resource, actor=actors["steward"])
        approve_resource(resource, actor=actors["head"])
        passed, sent_back = side_by_side(
            lambda deed: deed(),
            [
                partial(review_resource, resource, actor=actors["authority"]),
                partial(return_resource, resource, actor=other, reason="摘要不清"),
            ],
        )
        entry = Entry.objects.get(resource=resource)
        won = [result for result in (passed, sent_back) if isinstance(result, Entry)]
        lost = [result for result in (passed, sent_back) if not isinstance(result, Entry)]
        trail = AuditEvent.objects.filter(subject_id=str(resource.pk))
        decided = trail.filter(verb__in=["resource.reviewed", "resource.returned"])
        assert (len(won), len(lost), decided.count()) == (1, 1, 1), (passed, sent_back)
        assert isinstance(lost[0], IllegalMove | Forbidden)
        assert entry.state == won[0].state


def test_of_two_who_edit_the_same_version_one_is_told_who_was_first(people):
    civil, actors = people
    (resource,) = drafts(1, civil)
    results = side_by_side(
        lambda text: change_resource(
            resource, actor=actors["steward"], expected=1, values={"abstract": text}
        ),
        ["甲", "乙"],
    )
    (kept,) = [result for result in results if isinstance(result, Entry)]
    (stale,) = [result for result in results if isinstance(result, Stale)]
    assert Entry.objects.get().abstract == kept.abstract
    assert (stale.facts["found"], stale.facts["changed_by"]) == (2, actors["steward"].name)


def test_of_rivals_that_publish_one_resource_one_wins(people):
    civil, actors = people
    (resource,) = drafts(1, civil)
    bring_to_review(resource, actors)
    results = side_by_side(lambda r: publish_resource(r, actor=actors["authority"]), [resource] * 6)
    lost = [result for result in results if not isinstance(result, Entry)]
    assert len(lost) == 5
    assert all(isinstance(error, (IllegalMove, NothingInWork)) for error in lost), lost
    resource.refresh_from_db()
    assert (resource.code, Category.objects.get().next_number) == ("307024/1", 2)
    assert AuditEvent.objects.filter(verb="resource.published").count() == 1


def test_of_rivals_for_one_name_one_is_submitted(people):
    civil, actors = people
    resources = drafts(6, civil, name="低保对象")
    results = side_by_side(lambda r: submit_resource(r, actor=actors["steward"]), resources)
    lost = [result for result in results if not isinstance(result, Entry)]
    assert [type(error) for error in lost] == [NameTaken] * 5, lost
    assert Entry.objects.filter(state="submitted").count() == 1
    assert Entry.objects.filter(state="draft").count() == 5
