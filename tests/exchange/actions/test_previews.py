"""What a consent would show, seen by the provider alone before it is prepared."""

import pytest

from exchange.actions.answers import return_answer
from exchange.actions.previews import preview_answer
from exchange.actions.requests import agree_request
from exchange.errors import GrantTooWide
from kernel.errors import Forbidden, Invalid
from tests.factories.exchange import SECRET, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(world):
    made = agree_request(
        world.submit(["code", "name", "area", "revised_on", "contact"]),
        actor=world.actor("asker_head"),
    )
    if made.state == "prepared":
        return_answer(made, actor=world.actor("head"), reason="另行答复")
    return made


def test_at_most_five_rows_masked_as_the_grant_would(world, asked, trail):
    world.publish([row(f"99010{number}") for number in range(8)])
    found = preview_answer(
        asked,
        actor=world.actor("steward"),
        items=["code", "contact", "area"],
        masks={"contact": {"kind": "partial", "form": "telephone"}},
        condition='code != "990100"',
    )
    assert found.columns == ["code", "area", "contact"]
    assert (len(found.rows), found.looked_at, found.matching) == (5, 8, 7)
    assert found.rows[0] == {"code": "990101", "area": "120.50", "contact": "138****0000"}
    assert trail("request.previewed") == [{"items": ["code", "area", "contact"]}]


def test_pseudonyms_are_of_the_page_alone(world, asked):
    world.publish([row("990101")])
    terms = {"items": ["code"], "masks": {"code": {"kind": "hash"}}}
    first, second = (
        preview_answer(asked, actor=world.actor("steward"), **terms).rows[0]["code"]
        for _ in range(2)
    )
    assert len(first) == 32
    assert first != second


def test_without_data_there_is_nothing_to_see(world, asked):
    found = preview_answer(asked, actor=world.actor("steward"))
    assert (found.rows, found.looked_at, found.matching) == ([], 0, 0)


def test_what_prepare_refuses_is_refused(world, asked):
    steward = world.actor("steward")
    with pytest.raises(GrantTooWide):
        preview_answer(asked, actor=steward, items=["code", "level"])
    with pytest.raises(Invalid):
        preview_answer(asked, actor=steward, condition="code like 9")
    with pytest.raises(Invalid):
        preview_answer(asked, actor=steward, masks={"code": {"kind": "full"}})


def test_nobody_but_the_provider_looks(world, asked, unchanged):
    world.publish([row("990101", contact=SECRET)])
    with unchanged():
        for who in ("asker", "asker_head", "head"):
            with pytest.raises(Forbidden):
                preview_answer(asked, actor=world.actor(who))
