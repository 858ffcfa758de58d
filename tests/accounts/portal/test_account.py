"""One's own account: rights, password, sign-ins, and who signed in when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.backends import BACKEND
from accounts.models import SessionToken, User
from tests.factories.accounts import PASSWORD, MemberFactory, SessionTokenFactory
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


def test_ones_own_account_shows_departments_and_rights(department):
    member = member_with(("head",), department)
    MemberFactory(user=member.user, roles=["steward"])
    client = browser_of(member)
    client.post("/department", {"department": str(department.pk)})
    page = text(client.get("/account"))
    assert member.user.username in page
    assert page.count("<li><strong>") == 2
    assert "<code>request.answer</code>" in page


def test_one_changes_ones_password_and_stays_signed_in(department):
    member = member_with(("steward",), department)
    client, other = browser_of(member), browser_of(member)
    new = "staple battery horse correct"
    wrong = client.post(
        "/account/password", {"password": PASSWORD, "new_password": new, "repeated": "x"}
    )
    assert wrong.status_code == 422
    assert "两次输入的新密码不一致。" in text(wrong)
    assert new not in text(wrong)
    form = {"password": PASSWORD, "new_password": new, "repeated": new}
    assert "密码已修改" in text(client.post("/account/password", form, follow=True))
    member.user.refresh_from_db()
    assert member.user.check_password(new)
    assert other.get("/account").status_code == 302


def test_a_wrong_old_password_is_said(department):
    member = member_with(("steward",), department)
    form = {"password": "no", "new_password": "a" * 20, "repeated": "a" * 20}
    answer = browser_of(member).post("/account/password", form)
    assert answer.status_code == 422
    assert "原密码不正确。" in text(answer)


def test_one_ends_ones_own_sign_in_over_the_api(department):
    member = member_with(("steward",), department)
    own, foreign = SessionTokenFactory(user=member.user), SessionTokenFactory()
    client = browser_of(member)
    assert client.post(f"/account/sign-ins/{own.pk}/end").status_code == 302
    assert client.post(f"/account/sign-ins/{foreign.pk}/end").status_code == 404
    own.refresh_from_db()
    foreign.refresh_from_db()
    assert own.revoked_at is not None
    assert foreign.revoked_at is None


def test_one_ends_all_other_sign_ins_and_keeps_this_one(department):
    member = member_with(("steward",), department)
    here, there = browser_of(member), browser_of(member)
    assert text(here.get("/account")).count('/end"') == 2  # the other one, and all others
    assert here.post("/account/sign-ins/end").status_code == 302
    assert there.get("/account").status_code == 302
    assert here.get("/account").status_code == 200


def test_a_browser_that_is_not_used_is_signed_out(department, settings):
    member = member_with(("steward",), department)
    client = browser_of(member)
    unused = timezone.now() - timedelta(seconds=settings.SESSION_IDLE_SECONDS + 1)
    SessionToken.objects.update(used_at=unused)
    assert client.get("/account")["Location"] == "/sign-in?next=/account"
    SessionToken.objects.update(used_at=timezone.now(), expires_at=timezone.now())
    assert client.get("/account").status_code == 302


def test_a_session_without_a_sign_in_of_its_own_opens_nothing(department, client):
    member = member_with(("steward",), department)
    client.force_login(member.user, backend=BACKEND)
    assert client.get("/account")["Location"] == "/sign-in?next=/account"
    assert client.get("/api/v1/me").status_code == 401


def test_the_rules_for_passwords_stand_on_the_page(department):
    page = text(browser_of(member_with(("steward",), department)).get("/account/password"))
    assert "12" in page
    assert "最近 5 个密码" in page


def test_who_has_a_first_password_finds_the_page_to_change_it_and_no_other(department):
    member = member_with(("steward",), department)
    User.objects.filter(pk=member.user_id).update(must_change_password=True)
    client = browser_of(member)
    for address in ("/", "/resources", "/account", "/account/history"):
        assert client.get(address)["Location"] == "/account/password"
    assert client.get("/api/v1/resources").status_code == 403
    new = "staple battery horse correct"
    form = {"password": PASSWORD, "new_password": new, "repeated": new}
    assert client.post("/account/password", form).status_code == 302
    assert client.get("/").status_code == 200


def test_ones_own_history_says_when_from_where_and_with_what_result(department, client):
    member = member_with(("steward",), department)
    name = member.user.username
    client.post("/sign-in", {"username": name, "password": "no"}, REMOTE_ADDR="192.0.2.9")
    client.post("/sign-in", {"username": name, "password": PASSWORD}, REMOTE_ADDR="192.0.2.7")
    page = text(client.get("/account/history"))
    assert page.index("192.0.2.7") < page.index("192.0.2.9")
    assert page.count("登录被拒") == 1


def test_only_the_security_administrator_reads_the_history_of_others(department):
    member = member_with(("steward",), department)
    other = MemberFactory(department=department)
    address = f"/members/{member.pk}/sign-ins"
    assert browser_of(member_with(("security_admin",), None)).get(address).status_code == 200
    for role in ("operator", "department_admin", "head"):
        assert browser_of(member_with((role,), department)).get(address).status_code == 403
    assert browser_of(other).get(address).status_code == 403
