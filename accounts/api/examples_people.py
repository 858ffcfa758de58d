"""Examples of the API document: people's ways in, and deeds for two people."""

from typing import Any

from drf_spectacular.utils import OpenApiExample


def _body(title: str, **value: Any) -> list[OpenApiExample]:
    return [OpenApiExample(title, value=value, request_only=True)]


APP_CODE = _body("The app's first code", code="492039")
OWN_PASSWORD = _body("One's own password", password="a-long-sentence-of-mine")  # noqa: S106
FIRST_PASSWORD = _body("For the first sign-in", password="changed-at-the-first-sign-in")  # noqa: S106
IDENTITY = _body("Who it is at the provider", identity="320100199001011234")
FACTORS_LOST = _body("The phone is lost", reason="手机遗失，本人已持工作证到场核实。")
PROPOSAL_REFUSED = _body("Not necessary", reason="停用涉事凭证即可，不必撤销全部授权。")
