"""One step for many rows: each its own transaction, each its own outcome."""

import pytest

from catalog.actions.bulk import step_resources
from catalog.models import Category, Entry
from kernel.errors import Forbidden


def take(cast, verb, resources, who, **given):
    ids = [getattr(row, "pk", row) for row in resources]
    outcomes = list(step_resources(verb, ids, actor=cast.actor(who), **given))
    assert [outcome.resource_id for outcome in outcomes] == ids
    return [outcome.entry.state if outcome.entry else outcome.refusal.code for outcome in outcomes]


def states():
    return list(Entry.objects.order_by("name").values_list("state", flat=True))


def test_drafts_go_through_all_hands_together(cast):
    rows = [cast.resource(name=name) for name in ("甲", "乙", "丙")]
    assert take(cast, "submit", rows, "steward") == ["submitted"] * 3
    assert take(cast, "approve", rows, "head") == ["approved"] * 3
    assert take(cast, "review", rows, "desk") == ["reviewed"] * 3
    assert take(cast, "publish", rows, "authority") == ["published"] * 3
    for row in rows:
        row.refresh_from_db()
    assert [row.code for row in rows] == ["307024/1", "307024/2", "307024/3"]


def test_a_refused_row_changes_nothing_and_keeps_no_other_back(cast):
    good, gap, done = (
        cast.resource(name="a"),
        cast.resource(name="b", abstract=""),
        cast.resource("submitted", name="c"),
    )
    unseen = cast.resource(name="d", resource__department=cast.third)
    told = take(cast, "submit", [gap, good, unseen, done], "steward")
    assert told == ["entry-incomplete", "submitted", "not-found", "illegal-move"]
    assert states() == ["submitted", "draft", "submitted", "draft"]


def test_a_refused_publication_uses_up_no_code(cast):
    ready, early = cast.resource("reviewed", name="a"), cast.resource("approved", name="b")
    assert take(cast, "publish", [early, ready], "authority") == ["illegal-move", "published"]
    ready.refresh_from_db()
    assert (ready.code, Category.objects.get().next_number) == ("307024/1", 2)


def test_rows_are_sent_back_for_one_reason(cast):
    rows = [cast.resource("approved", name="a"), cast.resource("reviewed", name="b")]
    assert take(cast, "return", rows, "authority", reason="格式不符") == ["returned"] * 2
    assert set(Entry.objects.values_list("return_reason", flat=True)) == {"格式不符"}


@pytest.mark.parametrize(
    ("verb", "who"),
    [
        ("submit", "head"),
        ("approve", "steward"),
        ("review", "head"),
        ("publish", "desk"),
        ("return", "steward"),
        ("return", "auditor"),
    ],
)
def test_who_may_take_the_step_nowhere_is_refused_as_a_whole(cast, verb, who):
    row = cast.resource("submitted")
    with pytest.raises(Forbidden):
        take(cast, verb, [row], who)
    assert states() == ["submitted"]


def test_one_person_does_not_take_two_steps_of_a_row(cast):
    row = cast.resource("submitted")
    head = cast.actor("head")
    Entry.objects.update(submitted_by=head.id)
    assert take(cast, "approve", [row], "head") == ["same-person"]
    assert states() == ["submitted"]
