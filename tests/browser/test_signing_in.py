"""Second factors in a real browser: an app, and a security key that Chromium itself holds."""

from __future__ import annotations

from typing import Any

import pyotp
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import SecondFactor, SessionToken
from tests.factories.accounts import PASSWORD
from tests.people import member_with

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, member: Any) -> None:
    page.goto("/sign-in")
    page.get_by_label("用户名").fill(member.user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def test_a_person_sets_up_an_app_and_a_key_and_signs_in_with_either(
    visit: Any, live_server: Any, settings: Any, department: Any
) -> None:
    settings.PUBLIC_URL = live_server.url
    settings.SECOND_FACTOR_ROLES = ["auditor"]
    member = member_with(("auditor",), department)
    context = visit()
    page = context.new_page()
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    # The role finds the page to set one up, and takes the app first.
    sign_in(page, member)
    expect(page.get_by_role("heading", level=1)).to_have_text("双因素认证")
    page.get_by_role("link", name="验证器应用").click()
    secret = page.locator("figure.qr + p code").inner_text().replace(" ", "")
    page.get_by_label("应用显示的六位数字").fill(
        pyotp.TOTP(secret).at(timezone.now(), counter_offset=-1)
    )
    page.get_by_role("button", name="完成设置").click()
    expect(page.locator("ol.codes li")).to_have_count(10)
    page.get_by_role("link", name="我已抄写保存").click()

    page.get_by_role("link", name="安全密钥").click()
    page.get_by_label("密钥名称").fill("钥匙串")
    page.get_by_role("button", name="完成设置").click()
    expect(page.get_by_text("钥匙串")).to_be_visible()
    assert SecondFactor.objects.filter(kind="webauthn", name="钥匙串").count() == 1

    page.get_by_role("button", name="退出").click()
    sign_in(page, member)
    page.get_by_role("button", name="使用安全密钥").click()
    expect(page.get_by_role("button", name="退出")).to_be_visible()
    assert SessionToken.objects.latest("created_at").factor == "webauthn"

    page.get_by_role("button", name="退出").click()
    sign_in(page, member)
    page.get_by_label("验证码").fill(pyotp.TOTP(secret).at(timezone.now()))
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("button", name="退出")).to_be_visible()
    assert SessionToken.objects.latest("created_at").factor == "totp"
