import pytest

from accounts.errors import SamePerson
from accounts.models import AuditEvent, Obligation
from catalog.actions.resources import revise_resource, submit_resource
from catalog.actions.reviews import (
    approve_resource,
    publish_resource,
    return_resource,
    review_resource,
)
from catalog.errors import NoAuthority
from catalog.models import Category, Entry
from kernel.errors import Forbidden, IllegalMove
from tests.factories.accounts import DepartmentFactory, MemberFactory
from tests.factories.catalog import CategoryFactory
from tests.people import actor_for


def state_of(resource):
    return Entry.objects.get(resource=resource).state


def test_the_heads_approval_is_recorded_and_starts_the_authoritys_clock(cast):
    resource, head = cast.resource("submitted"), cast.actor("head")
    entry = approve_resource(resource, actor=head)
    assert (entry.state, entry.approved_by) == ("approved", head.id)
    clock = Obligation.objects.get()
    assert (clock.kind, clock.state, clock.department) == ("C2", "open", cast.bureau)
    assert (clock.subject_type, clock.subject_id) == ("entry", entry.pk)
    assert clock.started_at == entry.approved_at
    assert AuditEvent.objects.filter(verb="resource.approved").count() == 1


def test_the_clock_is_the_first_registered_authoritys_with_somebody_active(cast):
    earlier, later = (MemberFactory(department=DepartmentFactory()) for _ in range(2))
    earlier.change(roles=["authority"], is_active=False)
    later.change(roles=["authority"])
    cast.resource("approved")
    assert Obligation.objects.get().department == cast.bureau


def test_without_an_authority_nothing_is_approved(cast):
    resource = cast.resource("submitted")
    cast.members["authority"].change(is_active=False)
    with pytest.raises(NoAuthority):
        approve_resource(resource, actor=cast.actor("head"))
    assert state_of(resource) == "submitted"
    assert not Obligation.objects.exists()


def test_who_submitted_does_not_approve(cast):
    both = MemberFactory(department=cast.civil, roles=["steward", "head"])
    resource = cast.resource()
    submit_resource(resource, actor=actor_for(both))
    with pytest.raises(SamePerson):
        approve_resource(resource, actor=actor_for(both))
    assert state_of(resource) == "submitted"
    assert not Obligation.objects.exists()


@pytest.mark.parametrize("who", ["steward", "third head", "authority", "operator"])
def test_only_the_own_head_approves(cast, who):
    resource = cast.resource("submitted")
    with pytest.raises(Forbidden):
        approve_resource(resource, actor=cast.actor(who))
    assert state_of(resource) == "submitted"


def test_a_draft_is_not_approved(cast):
    resource = cast.resource()
    with pytest.raises(IllegalMove):
        approve_resource(resource, actor=cast.actor("head"))
    assert state_of(resource) == "draft"
    assert not Obligation.objects.exists()


@pytest.mark.parametrize("who", ["authority", "desk"])
def test_the_authority_reviews_what_the_head_approved(cast, who):
    reviewer = cast.actor(who)
    entry = review_resource(cast.resource("approved"), actor=reviewer)
    assert (entry.state, entry.reviewed_by) == ("reviewed", reviewer.id)
    assert Obligation.objects.get().state == "open"


def test_what_the_head_has_not_approved_is_not_reviewed(cast):
    resource = cast.resource("submitted")
    with pytest.raises(IllegalMove):
        review_resource(resource, actor=cast.actor("authority"))
    assert state_of(resource) == "submitted"


@pytest.mark.parametrize("step", [submit_resource, approve_resource])
def test_who_submitted_or_approved_neither_reviews_nor_publishes(cast, step):
    roles = ["steward", "head", "authority"]
    both = actor_for(MemberFactory(department=cast.civil, roles=roles))
    resource = cast.resource()
    submit_resource(resource, actor=both if step is submit_resource else cast.actor("steward"))
    approve_resource(resource, actor=both if step is approve_resource else cast.actor("head"))
    with pytest.raises(SamePerson):
        review_resource(resource, actor=both)
    assert state_of(resource) == "approved"
    review_resource(resource, actor=cast.actor("authority"))
    with pytest.raises(SamePerson):
        publish_resource(resource, actor=both)
    assert state_of(resource) == "reviewed"


def test_publication_gives_the_code_puts_in_force_and_meets_the_clock(cast):
    resource, authority = cast.resource("reviewed"), cast.actor("authority")
    entry = publish_resource(resource, actor=authority)
    resource.refresh_from_db()
    assert (resource.code, resource.published) == ("307024/1", entry)
    assert (entry.state, entry.published_by) == ("published", authority.id)
    clock = Obligation.objects.get()
    assert (clock.state, clock.met_at) == ("met", entry.published_at)
    event = AuditEvent.objects.get(verb="resource.published")
    assert event.detail == {"number": 1, "code": "307024/1"}
    assert (event.subject_type, event.subject_id) == ("resource", str(resource.pk))


def test_each_class_counts_for_itself(cast):
    other = CategoryFactory(code="201")
    codes = [
        cast.resource("published", category=category).code
        for category in (None, None, other, None, other)
    ]
    assert codes == ["307024/1", "307024/2", "201/1", "307024/3", "201/2"]


def test_a_new_version_supersedes_the_former_and_keeps_the_code(cast):
    resource = cast.resource("published")
    revise_resource(resource, actor=cast.actor("steward"), change_message="增加字段")
    cast.bring(resource, "published")
    assert resource.code == "307024/1"
    assert list(resource.entries.order_by("number").values_list("number", "state")) == [
        (1, "superseded"),
        (2, "published"),
    ]
    assert resource.published.number == 2
    assert Category.objects.get(code="307024").next_number == 2
    assert list(Obligation.objects.values_list("kind", "state")) == [("C2", "met")] * 2


@pytest.mark.parametrize("who", ["desk", "head", "steward", "auditor"])
def test_only_the_authority_publishes(cast, who):
    resource = cast.resource("reviewed")
    with pytest.raises(Forbidden):
        publish_resource(resource, actor=cast.actor(who))
    resource.refresh_from_db()
    assert (resource.code, resource.published) == (None, None)
    assert Category.objects.get(code="307024").next_number == 1


def test_what_was_not_reviewed_is_not_published_and_uses_up_no_code(cast):
    resource = cast.resource("approved")
    with pytest.raises(IllegalMove):
        publish_resource(resource, actor=cast.actor("authority"))
    assert state_of(resource) == "approved"
    assert Category.objects.get(code="307024").next_number == 1
    assert Obligation.objects.get().state == "open"


@pytest.mark.parametrize(
    ("state", "who"), [("submitted", "head"), ("approved", "desk"), ("reviewed", "authority")]
)
def test_whose_turn_it_is_may_send_it_back(cast, state, who):
    entry = return_resource(cast.resource(state), actor=cast.actor(who), reason="摘要不清")
    assert (entry.state, entry.return_reason) == ("returned", "摘要不清")
    assert not Obligation.objects.filter(state="open").exists()


@pytest.mark.parametrize(
    ("state", "who"),
    [
        ("submitted", "authority"),
        ("submitted", "third head"),
        ("approved", "head"),
        ("reviewed", "desk"),
    ],
)
def test_whose_turn_it_is_not_sends_nothing_back(cast, state, who):
    resource = cast.resource(state)
    with pytest.raises(Forbidden):
        return_resource(resource, actor=cast.actor(who), reason="摘要不清")
    assert state_of(resource) == state


def test_the_authoritys_answer_stops_its_clock_and_the_next_approval_starts_a_new_one(cast):
    resource = cast.resource("approved")
    return_resource(resource, actor=cast.actor("authority"), reason="摘要不清")
    cast.bring(resource, "approved")
    assert list(Obligation.objects.order_by("created_at").values_list("state", flat=True)) == [
        "met",
        "open",
    ]


def test_a_draft_cannot_be_sent_back(cast):
    resource = cast.resource()
    with pytest.raises(IllegalMove):
        return_resource(resource, actor=cast.actor("head"), reason="摘要不清")
    assert state_of(resource) == "draft"
