"""The decision page: item by item, masks seen on sample records, or a refusal with its reasons."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exchange.actions.answers import return_answer
from exchange.actions.requests import agree_request
from tests.factories.exchange import SECRET, row
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_(world):
    made = agree_request(world.submit(["code", "name", "contact"]), actor=world.actor("asker_head"))
    if made.state == "prepared":
        return_answer(made, actor=world.actor("head"), reason="另行答复")
    return made


@pytest.fixture
def browser(world):
    return browser_of(world.people["steward"])


def consent(**changes):
    return {
        "give_name": "deliver",
        "give_contact": "deliver",
        "mask_code": "",
        "mask_name": "",
        "mask_contact": "telephone",
        "condition": "",
        "ends_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
        "modes": ["interface"],
        "purposes": ["tax-registration"],
        "go": "prepare",
        **changes,
    }


def received(world, request):
    if request.state == "agreed":
        browser_of(world.people["steward"]).post(f"/requests/{request.pk}/steps/receive")
        request.refresh_from_db()
    return f"/requests/{request.pk}/decision"


def test_masks_are_seen_on_sample_records_and_nothing_is_prepared(world, request_, browser):
    world.publish([row("990101"), row("990102", "示例市")])
    address = received(world, request_)
    seen = text(browser.post(address, consent(go="preview", condition='code = "990101"')))
    assert "138****0000" in seen
    assert SECRET not in seen
    assert "前 2 条记录中有 1 条符合条件" in seen
    assert "示例市" not in seen
    request_.refresh_from_db()
    assert request_.answer.get("terms") is None or request_.state != "prepared"


def test_a_consent_in_part_gives_its_reasons(world, request_, browser):
    address = received(world, request_)
    without = browser.post(address, consent(give_contact="leave"))
    assert without.status_code == 422
    assert "请说明为何不提供" in text(without)
    done = browser.post(address, consent(give_contact="leave", reason_contact="与职责无关"))
    assert done["Location"] == f"/requests/{request_.pk}"
    request_.refresh_from_db()
    assert request_.state == "prepared"
    assert request_.answer["terms"]["items"] == ["code", "name"]
    assert request_.answer["left_out"] == {"contact": "与职责无关"}


def test_a_mask_and_a_verified_item_go_into_the_terms(world, request_, browser):
    address = received(world, request_)
    said = consent(give_name="verify", reason_name="核验即可", mask_code="hash")
    assert browser.post(address, said).status_code == 302
    request_.refresh_from_db()
    terms = request_.answer["terms"]
    assert terms["verify_items"] == ["name"]
    assert terms["masks"] == {
        "code": {"kind": "hash"},
        "contact": {"kind": "partial", "form": "telephone"},
    }


def test_a_condition_that_cannot_be_read_is_said_beside_its_field(world, request_, browser):
    address = received(world, request_)
    answer = browser.post(address, consent(condition="code like 9"))
    assert answer.status_code == 422
    assert "code like 9" in text(answer)
    request_.refresh_from_db()
    assert request_.state != "prepared"


def test_a_refusal_needs_its_ground_and_its_law(world, request_, browser):
    address = f"{received(world, request_)}?answer=refuse"
    assert browser.post(address, {"ground": "not_held", "reason": "不掌握"}).status_code == 422
    said = {"ground": "not_held", "reason": "不掌握", "basis": "《政务数据共享条例》第二十一条"}
    assert browser.post(address, said).status_code == 302
    request_.refresh_from_db()
    assert request_.answer["refusal"]["ground"] == "not_held"


def test_the_requester_and_the_head_do_not_prepare(world, request_):
    for who, status in (("head", 403), ("asker", 403)):
        answer = browser_of(world.people[who]).get(f"/requests/{request_.pk}/decision")
        assert answer.status_code == status
