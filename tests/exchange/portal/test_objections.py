"""Objections in the portal: claims of single values, evidence, correction, answer and rating."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from exchange.models import Batch, Objection
from tests.factories.exchange import row
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def grant(world):
    world.publish([row("990101"), row("990102", "示例市")])
    return world.grant(["code", "name", "level"])


@pytest.fixture
def objection(world, grant):
    said = {
        "kind": "content",
        "description": "名称有误",
        "key_0_code": "990101",
        "item_0": "name",
        "found_0": "示例县",
        "claimed_0": "示例区",
    }
    answer = browser_of(world.people["asker"]).post(f"/objections/new?grant={grant.pk}", said)
    assert answer.status_code == 302, text(answer)
    return Objection.objects.get()


def post(world, who, objection, verb, **data):
    return browser_of(world.people[who]).post(f"/objections/{objection.pk}/steps/{verb}", data)


def test_what_to_object_to_is_chosen_first(world, grant):
    page = text(browser_of(world.people["asker"]).get("/objections/new"))
    assert f"?grant={grant.pk}" in page


def test_the_claims_are_for_the_eyes_of_the_two_sides(world, objection, member_of):
    assert objection.claims == [
        {"key": {"code": "990101"}, "item": "name", "found": "示例县", "claimed": "示例区"}
    ]
    address = f"/objections/{objection.pk}"
    assert "示例区" in text(browser_of(world.people["steward"]).get(address))
    assert "示例区" not in text(browser_of(member_of("auditor")).get(address))
    assert browser_of(member_of("steward")).get(address).status_code == 404


def test_corrected_answered_and_rated_by_buttons(world, objection):
    assert post(world, "steward", objection, "receive").status_code == 302
    rows = "code,name,level,area,revised_on,contact\n990101,示例区,3,120.50,2014-01-31,"
    before = Batch.objects.count()
    wrong = post(world, "steward", objection, "correct", rows="code,name\n990101")
    assert wrong.status_code == 422
    answer = post(world, "steward", objection, "correct", rows=rows)
    assert answer.status_code == 302, text(answer)
    assert Batch.objects.count() == before + 1
    said = {"outcome": "corrected", "feedback": "已更正"}
    assert post(world, "steward", objection, "resolve", **said).status_code == 302
    assert post(world, "asker", objection, "close", rating="5").status_code == 302
    objection.refresh_from_db()
    assert (objection.state, objection.outcome, objection.rating) == ("closed", "corrected", 5)


def test_a_document_shows_it(world, objection, member_of):
    document = SimpleUploadedFile("证明.pdf", PDF)
    assert post(world, "asker", objection, "attach", document=document).status_code == 302
    address = f"/objections/{objection.pk}/evidence"
    assert browser_of(world.people["steward"]).get(address).content == PDF
    assert browser_of(member_of("auditor")).get(address).status_code == 403


def test_who_gave_the_grant_objects_to_misuse_alone(world, grant):
    page = text(browser_of(world.people["steward"]).get(f"/objections/new?grant={grant.pk}"))
    assert 'value="misuse"' in page
    assert 'value="content"' not in page


def test_a_refusal_keeps_what_was_typed(world, grant):
    said = {"kind": "content", "description": "x", "item_0": "name", "claimed_0": "示例区甲乙"}
    answer = browser_of(world.people["asker"]).post(f"/objections/new?grant={grant.pk}", said)
    assert answer.status_code == 422
    assert "示例区甲乙" in text(answer)
    assert not Objection.objects.exists()


def test_a_correction_that_breaks_a_rule_is_named_by_its_line(world, objection):
    assert post(world, "steward", objection, "receive").status_code == 302
    rows = "code,name,level,area,revised_on,contact\n99,示例区,3,120.50,2014-01-31,"
    before = Batch.objects.count()
    answer = post(world, "steward", objection, "correct", rows=rows)
    assert answer.status_code == 422
    assert "第 2 行，code" in text(answer)
    assert Batch.objects.count() == before
