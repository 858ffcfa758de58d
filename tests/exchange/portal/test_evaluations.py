"""The evaluation in the portal: all departments for the authority, one's own for others."""

import pytest

from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


def test_the_authority_sees_all_and_a_department_itself(world, member_of):
    page = text(browser_of(member_of("authority")).get("/evaluation"))
    assert world.provider.name in page
    assert world.requester.name in page
    own = text(browser_of(world.people["head"]).get("/evaluation"))
    assert world.provider.name in own
    assert world.requester.name not in own
    assert browser_of(world.people["steward"]).get("/evaluation").status_code == 403


def test_it_is_saved_as_a_file(world):
    answer = browser_of(world.people["head"]).get("/evaluation?as=csv&since=2026-01-01")
    assert world.provider.name in b"".join(answer.streaming_content).decode("utf-8-sig")
