"""Long answers that end with the right to them."""

import pytest

from exchange.api import streams
from exchange.api.streams import CHUNK, stream_bytes, stream_file
from exchange.models import Grant, Subscription
from exchange.rights import disclosure_of, live_grant, shows_still
from tests.factories.exchange import row

BODY = b"x" * (3 * CHUNK)


@pytest.fixture
def impatient(monkeypatch):
    """Looks before each piece."""
    monkeypatch.setattr(streams, "LOOK_SECONDS", -1)


def test_an_answer_that_may_go_on_is_whole(impatient, tmp_path):
    (tmp_path / "file").write_bytes(BODY)
    for response in (
        stream_bytes(BODY, "text/csv", lambda: True),
        stream_file(tmp_path / "file", "text/csv", lambda: True),
    ):
        assert response["Content-Length"] == str(len(BODY))
        assert response.getvalue() == BODY


def test_it_breaks_off_at_the_first_look_after_the_end(impatient):
    looks = iter([True, False, True])
    response = stream_bytes(BODY, "text/csv", lambda: next(looks))
    assert len(response.getvalue()) == CHUNK


def test_between_two_looks_nobody_asks():
    response = stream_bytes(BODY, "text/csv", lambda: pytest.fail("asked too early"))
    assert response.getvalue() == BODY


def test_a_file_that_is_gone_is_not_answered_with(tmp_path):
    with pytest.raises(FileNotFoundError):
        stream_file(tmp_path / "gone", "text/csv", lambda: True)


@pytest.mark.parametrize(
    "change",
    [
        lambda world, lane: Grant.objects.update(state="suspended"),
        lambda world, lane: Grant.objects.update(state="revoked"),
        lambda world, lane: Grant.objects.update(masks={"name": {"kind": "full"}}),
        lambda world, lane: Subscription.objects.update(state="ended"),
        lambda world, lane: world.edition(area={"share_type": "not_shared"}),
        lambda world, lane: world.resource.published.change(state="withdrawn"),
    ],
)
def test_whatever_changes_what_is_shown_ends_what_is_on_its_way(world, change):
    world.publish([row("110101")])
    lane = world.subscribe()
    shown = disclosure_of(live_grant(lane.grant_id), world.dataset).digest
    assert shows_still(lane.pk, shown)
    change(world, lane)
    assert not shows_still(lane.pk, shown)
