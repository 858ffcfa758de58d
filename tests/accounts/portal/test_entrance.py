"""The second step in the portal, and what a role that needs one finds without it."""

import json
import re
from html import unescape

import pyotp
import pytest
from django.utils import timezone

from accounts.actions.secondfactors import begin_app, confirm_app
from accounts.models import SecondFactor, SessionToken
from tests.factories.accounts import PASSWORD, MemberFactory
from tests.people import actor_for
from tests.portal import browser_of, text
from tests.securitykeys import SecurityKey

pytestmark = pytest.mark.django_db
ORIGIN = "http://localhost"


@pytest.fixture
def member(department):
    return MemberFactory(department=department, roles=["auditor"])


@pytest.fixture
def app(member):
    """An app that the person set up half a minute ago."""
    actor = actor_for(member)
    _row, secret = begin_app(member.user, actor=actor)
    totp = pyotp.TOTP(secret)
    confirm_app(member.user, actor=actor, code=totp.at(timezone.now(), counter_offset=-1))
    return totp


def first_step(client, member, **more):
    form = {"username": member.user.username, "password": PASSWORD, **more}
    return client.post("/sign-in", form)


def asked_of(page):
    found = re.search(r'data-security-key="([^"]+)"', page)
    return json.loads(unescape(found[1]))


def test_without_a_second_factor_signing_in_stays_one_page(member, client):
    assert first_step(client, member)["Location"] == "/"
    assert client.get("/").status_code == 200


def test_with_an_app_the_password_opens_nothing_but_the_second_step(member, app, client):
    assert first_step(client, member, next="/problems")["Location"] == "/sign-in/second"
    assert not SessionToken.objects.exists()
    assert client.get("/account")["Location"] == "/sign-in?next=/account"
    assert client.get("/api/v1/me").status_code == 401
    answer = client.post("/sign-in/second", {"code": app.at(timezone.now())})
    assert (answer.status_code, answer["Location"]) == (302, "/problems")
    assert SessionToken.objects.get().factor == "totp"
    assert client.get("/account").status_code == 200


def test_a_wrong_code_is_said_and_opens_nothing(member, app, client):
    first_step(client, member)
    answer = client.post("/sign-in/second", {"code": "000000"})
    assert answer.status_code == 403
    assert "验证码不正确" in text(answer)
    assert not SessionToken.objects.exists()


def test_the_second_step_alone_is_no_way_in(member, app, client):
    answer = client.post("/sign-in/second", {"code": app.at(timezone.now())})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in")
    assert not SessionToken.objects.exists()


def test_the_second_step_waits_five_minutes(member, app, client):
    first_step(client, member)
    session = client.session
    session["second_step"] = {**session["second_step"], "until": 0}
    session.save()
    assert client.get("/sign-in/second")["Location"] == "/sign-in"


def test_over_the_api_a_persons_token_needs_the_code_as_well(member, app, api, assert_problem):
    form = {"username": member.user.username, "password": PASSWORD}
    body = assert_problem(api().post("/api/v1/sign-in", form), 403, "second-factor-needed")
    assert body["kinds"] == ["recovery", "totp"]
    wrong = api().post("/api/v1/sign-in", {**form, "code": "000000"})
    assert_problem(wrong, 403, "code-refused")
    assert not SessionToken.objects.exists()
    right = {**form, "code": app.at(timezone.now())}
    assert api().post("/api/v1/sign-in", right).status_code == 200
    assert_problem(api().post("/api/v1/sign-in", right), 403, "code-refused")
    assert SessionToken.objects.count() == 1


def test_a_wrong_password_with_a_right_code_says_nothing_of_the_code(member, app, api):
    form = {"username": member.user.username, "password": "no", "code": app.at(timezone.now())}
    assert api().post("/api/v1/sign-in", form).json()["code"] == "sign-in-refused"
    assert SecondFactor.objects.get(kind="totp").used_at is None


def test_a_role_that_needs_one_finds_the_page_to_set_it_up_and_no_other(
    member, api, assert_problem, settings
):
    settings.SECOND_FACTOR_ROLES = ["auditor"]
    client = browser_of(member)
    for address in ("/", "/audit", "/account"):
        assert client.get(address)["Location"] == "/account/second-factor"
    assert client.get("/account/second-factor").status_code == 200
    assert_problem(api(member).get("/api/v1/audit-events"), 403, "second-factor-missing")
    assert api(member).get("/api/v1/me").status_code == 200


def test_an_app_is_set_up_on_a_page_and_then_the_role_goes_on(member, settings):
    settings.SECOND_FACTOR_ROLES = ["auditor"]
    client = browser_of(member)
    page = text(client.get("/account/second-factor/app"))
    assert "<svg" in page
    secret = re.search(r"<code>([A-Z2-7 ]{32,})</code>", page)[1].replace(" ", "")
    wrong = client.post("/account/second-factor/app", {"code": "000000"})
    assert wrong.status_code == 422
    code = pyotp.TOTP(secret).at(timezone.now())
    codes = text(client.post("/account/second-factor/app", {"code": code}))
    assert len(re.findall(r"<li><code>[A-Z2-9]{5}-[A-Z2-9]{5}</code>", codes)) == 10
    assert client.get("/audit").status_code == 200


def test_a_security_key_is_set_up_and_used_on_pages(member, settings, client):
    settings.PUBLIC_URL = ORIGIN
    key, browser = SecurityKey(ORIGIN), browser_of(member)
    options = asked_of(text(browser.get("/account/second-factor/key")))
    form = {"name": "钥匙串", "answer": json.dumps(key.make(options))}
    assert browser.post("/account/second-factor/key", form).status_code == 200
    first_step(client, member)
    options = asked_of(text(client.get("/sign-in/second")))
    answer = client.post("/sign-in/second", {"answer": json.dumps(key.sign(options))})
    assert answer["Location"] == "/"
    assert SessionToken.objects.latest("created_at").factor == "webauthn"


@pytest.mark.parametrize("answer", ["{", "[]", "{}", '{"id": 1}', '{"response": null}', "null"])
def test_nonsense_for_a_signature_is_refused_and_not_stumbled_over(
    member, settings, client, answer
):
    settings.PUBLIC_URL = ORIGIN
    browser = browser_of(member)
    form = {"name": "钥匙串", "answer": answer}
    browser.get("/account/second-factor/key")
    assert browser.post("/account/second-factor/key", form).status_code == 422
    key = SecurityKey(ORIGIN)
    options = asked_of(text(browser.get("/account/second-factor/key")))
    made = {"name": "钥匙串", "answer": json.dumps(key.make(options))}
    browser.post("/account/second-factor/key", made)
    first_step(client, member)
    client.get("/sign-in/second")
    assert client.post("/sign-in/second", {"answer": answer}).status_code == 403


def test_a_factor_is_given_up_with_the_password(member, app):
    client, row = browser_of(member), SecondFactor.objects.get(kind="totp")
    address = f"/account/second-factor/{row.pk}/drop"
    assert client.post(address, {"password": "no"}).status_code == 422
    assert SecondFactor.objects.filter(kind="totp").exists()
    assert client.post(address, {"password": PASSWORD}).status_code == 302
    assert not SecondFactor.objects.exists()


def test_anothers_factor_is_nobodys(member, app):
    row = SecondFactor.objects.get(kind="totp")
    stranger = browser_of(MemberFactory())
    answer = stranger.post(f"/account/second-factor/{row.pk}/drop", {"password": PASSWORD})
    assert answer.status_code == 404
    assert SecondFactor.objects.filter(pk=row.pk).exists()
