"""The rules of an answer: nothing wider than what was asked for, nothing that cannot hold."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from exchange.answers import (
    answer_clock,
    check_left_out,
    check_refusal,
    check_terms,
    read_written,
    written,
)
from exchange.errors import GrantTooWide, RefusalUnfounded, TermsInvalid
from kernel.errors import Invalid
from tests.factories.accounts import SystemFactory
from tests.factories.exchange import GRANTED, PURPOSE

PARTIAL = {"kind": "partial", "form": "telephone"}


@pytest.fixture
def asked(world):
    second = SystemFactory(department=world.requester)
    return world.submit(
        [*GRANTED, "contact"],
        systems=[second.pk],
        networks=["10.2.0.0/16"],
        calls_per_day=100,
    )


def fault(refused):
    error = refused.value.facts["errors"][0]
    return error["pointer"], error["code"]


def test_what_is_not_named_is_as_it_was_asked_for(asked):
    terms = check_terms(asked, {})
    assert terms["items"] == [*GRANTED, "contact"]
    assert (terms["masks"], terms["condition"], terms["verify_items"]) == ({}, "", [])
    assert (terms["purposes"], terms["systems"]) == ([PURPOSE], asked.systems)
    assert (terms["networks"], terms["calls_per_day"]) == (["10.2.0.0/16"], 100)
    assert (terms["rows_per_day"], terms["ends_on"]) == (None, asked.ends_on)


def test_terms_come_back_from_json_as_they_were(asked):
    terms = check_terms(asked, {"masks": {"contact": PARTIAL}, "condition": "level = '3'"})
    again = check_terms(asked, read_written(written(terms)))
    assert again == terms
    assert terms["condition"] == 'level = "3"'
    assert terms["masks"] == {"contact": PARTIAL}


@pytest.mark.parametrize(
    ("terms", "pointer", "code"),
    [
        ({"items": ["code", "colour"]}, "#/items", "not-requested"),
        ({"items": ["name"]}, "#/items", "key-missing"),
        ({"items": []}, "#/items", "key-missing"),
        ({"verify_items": ["colour"]}, "#/verify_items", "not-requested"),
        ({"verify_items": ["name"]}, "#/verify_items", "twice"),
        ({"items": ["code", "code"]}, "#/verify_items", "twice"),
        ({"modes": ["file"]}, "#/modes", "not-requested"),
        ({"modes": []}, "#/modes", "terms-invalid"),
        ({"purposes": ["marketing"]}, "#/purposes", "not-requested"),
        ({"purposes": []}, "#/purposes", "purpose-missing"),
        ({"systems": [uuid4()]}, "#/systems", "not-requested"),
        ({"networks": ["10.2.0.0/99"]}, "#/networks", "terms-invalid"),
        ({"calls_per_day": 0}, "#/calls_per_day", "terms-invalid"),
        ({"rows_per_day": -1}, "#/rows_per_day", "terms-invalid"),
        ({"masks": {"colour": PARTIAL}}, "#/masks", "not-delivered"),
        ({"masks": {"contact": {"kind": "smudge"}}}, "#/masks", "mask-invalid"),
        ({"masks": {"code": {"kind": "full"}}}, "#/masks", "mask-invalid"),
        ({"condition": "colour = 1"}, "#/condition", "condition-invalid"),
        ({"condition": "level ="}, "#/condition", "condition-invalid"),
        ({"salt": "x"}, "#/salt", "terms-invalid"),
    ],
)
def test_terms_that_no_grant_can_have_are_named(asked, terms, pointer, code):
    with pytest.raises(Invalid) as refused:
        check_terms(asked, terms)
    assert isinstance(refused.value, TermsInvalid | GrantTooWide)
    assert fault(refused) == (pointer, code)


def test_the_term_may_be_shorter_and_never_longer_or_over(asked):
    today = timezone.localdate()
    sooner = today + timedelta(days=1)
    assert check_terms(asked, {"ends_on": sooner})["ends_on"] == sooner
    for wrong in (asked.ends_on + timedelta(days=1), today):
        with pytest.raises(Invalid) as refused:
            check_terms(asked, {"ends_on": wrong})
        assert fault(refused)[0] == "#/ends_on"


def test_an_item_asked_for_may_be_answered_by_yes_or_no_only(asked):
    terms = check_terms(asked, {"items": GRANTED, "verify_items": ["contact"]})
    assert (terms["items"], terms["verify_items"]) == (GRANTED, ["contact"])


def test_a_condition_may_look_at_items_that_are_not_granted(asked):
    terms = check_terms(asked, {"items": ["code"], "condition": "area > 10 and level in ('3')"})
    assert terms["condition"] == 'area > 10.00 and level in ("3")'


def test_an_item_that_is_no_longer_shared_cannot_be_granted(world, asked):
    world.resource.published.items.filter(column="contact").update(share_type="not_shared")
    with pytest.raises(GrantTooWide) as refused:
        check_terms(asked, {})
    assert fault(refused) == ("#/items", "not-shared")


def test_each_item_left_out_has_its_reason(asked):
    terms = check_terms(asked, {"items": GRANTED})
    with pytest.raises(TermsInvalid) as refused:
        check_left_out(asked, terms, {})
    assert fault(refused) == ("#/left_out", "reason-missing")
    with pytest.raises(TermsInvalid):
        check_left_out(asked, terms, {"contact": "  "})
    with pytest.raises(TermsInvalid) as refused:
        check_left_out(asked, terms, {"contact": "无关", "name": "无关"})
    assert fault(refused) == ("#/left_out", "not-left-out")
    assert check_left_out(asked, terms, {"contact": " 无关 "}) == {"contact": "无关"}


@pytest.mark.parametrize("missing", ["ground", "reason", "basis"])
def test_a_refusal_says_its_ground_its_reason_and_the_law(asked, missing):
    said = {"ground": "harm", "reason": "危害公共利益", "basis": "《数据安全法》第二十一条"}
    assert check_refusal(asked, **said) == said
    with pytest.raises(RefusalUnfounded) as refused:
        check_refusal(asked, **(said | {missing: " "}))
    assert fault(refused)[0] == f"#/{missing}"


def test_that_something_is_missing_is_no_ground(asked):
    for ground in ("incomplete", "missing", ""):
        with pytest.raises(RefusalUnfounded):
            check_refusal(asked, ground, "材料不全", "无")


def test_a_ground_that_the_catalogue_contradicts_is_none(world, asked):
    for ground in ("beyond_condition", "not_shared"):
        with pytest.raises(RefusalUnfounded) as refused:
            check_refusal(asked, ground, "不符合条件", "第十五条")
        assert fault(refused)[0] == "#/ground"
    world.resource.published.items.filter(column="contact").update(share_type="not_shared")
    assert check_refusal(asked, "not_shared", "依法不予共享", "第十五条")["ground"] == "not_shared"


def test_one_conditional_item_gives_ten_workdays(world):
    assert answer_clock(world.submit()) == "C3"
    world.resource.published.items.filter(column="area").update(share_type="conditional")
    assert answer_clock(world.submit()) == "C4"
    assert answer_clock(world.submit(["code"])) == "C3"
