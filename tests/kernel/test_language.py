"""Chinese by default, English on request."""

from io import StringIO

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_the_portal_speaks_chinese_even_to_an_english_browser(client):
    answer = client.get("/sign-in", HTTP_ACCEPT_LANGUAGE="en-US")
    assert answer["Content-Language"] == "zh-hans"
    assert "用户名" in answer.content.decode()
    assert '<html lang="zh-hans">' in answer.content.decode()


def test_english_is_a_click_away_and_stays(client):
    answer = client.post("/language", {"language": "en", "next": "/sign-in"})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in")
    assert "User name" in client.get("/sign-in").content.decode()


def test_a_language_nobody_speaks_is_ignored(client):
    client.cookies["django_language"] = "xx"
    assert client.get("/sign-in")["Content-Language"] == "zh-hans"


def test_every_text_is_translated_in_one_way_and_compiled():
    call_command("messages", "--check", stdout=StringIO())
