"""Sharing requests in the portal: who sees what of them, and what their steps do."""

import pytest

from exchange.actions.requests import agree_request
from exchange.models import Grant, SharingRequest
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def page_of(world):
    """``page_of("head", address)``: the page as this person sees it."""
    return lambda who, address: text(browser_of(world.people[who]).get(address))


def post(world, who, request, verb, **data):
    return browser_of(world.people[who]).post(f"/requests/{request.pk}/steps/{verb}", data)


def test_a_stranger_signs_in_first(client, db):
    assert client.get("/requests")["Location"] == "/sign-in?next=/requests"


def test_the_provider_sees_a_request_once_the_requesters_head_agreed(world, page_of):
    request = world.submit(["code", "name"])
    assert f"/requests/{request.pk}" in page_of("asker", "/requests?show=made")
    assert f"/requests/{request.pk}" not in page_of("head", "/requests?show=received")
    assert browser_of(world.people["head"]).get(f"/requests/{request.pk}").status_code == 404
    assert post(world, "asker_head", request, "agree").status_code == 302
    assert f"/requests/{request.pk}" in page_of("head", "/requests?show=received")
    page = page_of("steward", "/requests?show=received")
    assert "有 1 件申请等待本部门答复" in page


def test_nobody_agrees_to_what_he_asked_for_himself(world, member_of):
    both = member_of("steward", world.requester, "head")
    world.people["asker"] = both
    request = world.submit(["code"])
    page = text(browser_of(both).get(f"/requests/{request.pk}"))
    assert "/steps/agree" not in page
    answer = browser_of(both).post(f"/requests/{request.pk}/steps/agree")
    assert answer.status_code in (403, 409)
    request.refresh_from_db()
    assert request.state == "submitted"


def test_from_request_to_signed_consent_by_buttons(world):
    request = world.submit(["code", "name", "contact"])
    assert post(world, "asker_head", request, "agree").status_code == 302
    request.refresh_from_db()
    if request.state == "prepared":
        assert post(world, "head", request, "return", reason="另行答复").status_code == 302
    else:
        assert post(world, "steward", request, "receive").status_code == 302
    asked = post(world, "steward", request, "ask", missing="请补充依据文号")
    assert asked.status_code == 302
    assert post(world, "asker", request, "supplement", supplement="文号已补").status_code == 302
    request.refresh_from_db()
    world.prepare(request)
    page = text(browser_of(world.people["head"]).get(f"/requests/{request.pk}"))
    assert "/steps/consent" in page
    assert "/steps/refuse" not in page
    assert post(world, "head", request, "consent").status_code == 302
    grant = Grant.objects.get(request=request)
    seen = text(browser_of(world.people["asker"]).get(f"/requests/{request.pk}"))
    assert f"/grants/{grant.pk}" in seen
    assert "请补充依据文号" in seen


def test_a_prepared_answer_is_the_providers_alone_until_it_is_signed(world, page_of):
    request = world.submit(["code", "name"])
    agree_request(request, actor=world.actor("asker_head"))
    world.refusal(request, reason="与职责不符的理由")
    assert "与职责不符的理由" in page_of("head", f"/requests/{request.pk}")
    assert "与职责不符的理由" not in page_of("asker", f"/requests/{request.pk}")
    assert post(world, "head", request, "refuse").status_code == 302
    assert "与职责不符的理由" in page_of("asker", f"/requests/{request.pk}")


def test_a_step_without_its_reason_is_shown_again_and_changes_nothing(world):
    request = world.submit(["code"])
    answer = post(world, "asker_head", request, "decline", reason="")
    assert answer.status_code == 422
    assert 'role="alert"' in text(answer)
    assert post(world, "head", request, "decline", reason="否").status_code == 404
    assert post(world, "asker_head", request, "explode").status_code == 404
    request.refresh_from_db()
    assert request.state == "submitted"


def test_a_pattern_is_found_by_its_name(world, page_of):
    request = world.submit(["code"])
    assert post(world, "asker", request, "name_template", name="区划核对").status_code == 302
    assert "区划核对" in page_of("asker", "/requests?show=patterns")
    assert "区划核对" in page_of("asker", "/requests/new")


def test_the_list_costs_the_same_for_few_and_many(world, django_assert_max_num_queries):
    for _number in range(4):
        agree_request(world.submit(["code"]), actor=world.actor("asker_head"))
    browser = browser_of(world.people["head"])
    browser.get("/requests?show=received")
    with django_assert_max_num_queries(22):
        page = text(browser.get("/requests?show=received"))
    assert page.count('href="/requests/') >= SharingRequest.objects.count()


def test_the_pages_speak_english_on_request(world, settings):
    request = world.submit(["code"])
    browser = browser_of(world.people["asker"])
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "Sharing requests" in text(browser.get("/requests"))
    assert "Basis of use" in text(browser.get(f"/requests/{request.pk}"))


def test_many_are_agreed_to_at_once(world):
    first, second = world.submit(["code"]), world.submit(["code", "name"])
    browser = browser_of(world.people["asker_head"])
    picked = {"bulk": "agree", "pick": [str(first.pk), str(second.pk)]}
    assert browser.post("/requests?show=made", picked).status_code == 200
    browser.post("/requests?show=made", {**picked, "confirmed": "1"})
    assert not SharingRequest.objects.filter(state="submitted").exists()
