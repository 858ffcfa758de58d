"""What the policy of pages lets a real browser do."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
_TRY = """() => {
  const script = document.createElement("script");
  try { script.textContent = "window.ran = true"; document.head.append(script); } catch {}
  return Boolean(window.ran);
}"""
_NAMED = """() => {
  try { document.createElement("script").src = "/static/shuqiao.js"; } catch { return "refused"; }
  return "taken";
}"""


def test_text_does_not_become_script(visit: Any) -> None:
    page = visit().new_page()
    page.goto("/sign-in")
    assert page.evaluate(_TRY) is False
    assert page.evaluate(_NAMED) == "refused"


def test_the_reference_of_the_api_is_drawn_under_the_same_policy(visit: Any) -> None:
    page, said = visit().new_page(), []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else 0)
    page.on("pageerror", lambda error: said.append(str(error)))
    answer = page.goto("/api/docs/")
    page.wait_for_selector(".opblock", timeout=60_000)
    assert page.locator(".opblock").count() >= 10
    page.locator(".opblock-summary").first.click()
    page.wait_for_selector(".opblock-body", timeout=30_000)
    assert "unsafe" not in answer.headers["content-security-policy"]
    # Its sanitiser would like a policy of its own, and does without.
    assert [text for text in said if "'dompurify'" not in text] == []
