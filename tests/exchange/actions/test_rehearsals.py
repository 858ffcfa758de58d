"""A publication played through: what it would do, and nothing left of it."""

import pytest

from exchange.actions.rehearsals import rehearse_batch
from exchange.errors import BodyUnreadable, NotThePublisher, WrongKind
from exchange.models import Dataset
from tests.factories.accounts import SystemFactory
from tests.factories.exchange import World, body_of, ndjson, row
from tests.people import actor_for

FIRST = [row("110101"), row("110102"), row("110103")]


def rehearse(world: World, data: bytes, kind: str = "snapshot", **how):
    fresh = Dataset.objects.select_related("schema").get(pk=world.dataset.pk)
    body = body_of(data, kind, **how)
    try:
        return rehearse_batch(fresh, actor=world.actor("publisher"), body=body)
    finally:
        body.path.unlink()


def counts(found) -> tuple[int, int, int]:
    return found.prepared.inserted, found.prepared.updated, found.prepared.deleted


def test_a_snapshot_is_compared_and_nothing_stored(world: World, unchanged) -> None:
    with unchanged():
        first = rehearse(world, ndjson(FIRST))
    assert (first.outcome, counts(first)) == ("published", (3, 0, 0))
    world.publish(FIRST)
    with unchanged():
        same = rehearse(world, ndjson(FIRST))
        other = rehearse(world, ndjson([row("110101"), row("110102", "改名"), row("110104")]))
    assert (same.outcome, counts(same)) == ("unchanged", (0, 0, 0))
    assert (other.outcome, counts(other)) == ("published", (1, 1, 1))


def test_changes_are_counted_by_what_they_do_to_the_table(world: World, unchanged) -> None:
    changes = ndjson(
        [
            row("110101"),
            row("110102", "改名"),
            row("110104"),
            {"code": "110103", "_op": "delete"},
            {"code": "110199", "_op": "delete"},
        ]
    )
    assert counts(rehearse(world, changes, "changes")) == (3, 0, 0)
    world.publish(FIRST)
    # The table after changes is folded for the rehearsal alone.
    world.publish([row("110105")], "changes")
    with unchanged():
        found = rehearse(world, changes, "changes")
    assert (found.outcome, found.prepared.received) == ("published", 5)
    assert counts(found) == (1, 1, 1)


def test_what_would_be_refused_is_told_with_its_reasons(world: World, unchanged) -> None:
    bad = ndjson([row("110101"), row("11010x"), row("110103", level="9")])
    with unchanged():
        found = rehearse(world, bad)
    assert (found.outcome, found.reason) == ("refused", "rows-rejected")
    assert [(error.line, error.column) for error in found.prepared.errors] == [
        (2, "code"),
        (3, "level"),
    ]
    assert {(c.column, c.code, c.rows) for c in found.prepared.counts} == {
        ("code", "pattern", 1),
        ("level", "code-list", 1),
    }


def test_quarantined_rows_are_counted(world: World, unchanged) -> None:
    world.dataset.change(on_reject="quarantine", max_rejected_percent=50)
    with unchanged():
        found = rehearse(world, ndjson([*FIRST, row("11010x")]))
    assert (found.outcome, found.prepared.accepted, found.prepared.rejected) == ("published", 3, 1)


def test_events_are_rehearsed_too(events: World, unchanged) -> None:
    happened = ndjson([{"happened_at": "2026-11-22T08:00:00+08:00"}] * 2)
    with unchanged():
        assert counts(rehearse(events, happened, "append")) == (2, 0, 0)
    with unchanged(), pytest.raises(WrongKind):
        rehearse(events, happened, "snapshot")


def test_a_body_that_cannot_be_read_is_refused(world: World, unchanged) -> None:
    with unchanged(), pytest.raises(BodyUnreadable):
        rehearse(world, b"{]")


def test_only_the_publisher_rehearses(world: World, unchanged) -> None:
    other = actor_for(SystemFactory(department=world.provider))
    with unchanged(), pytest.raises(NotThePublisher):
        rehearse_batch(world.dataset, actor=other, body=body_of(ndjson(FIRST)))
