"""Notices in the portal: told to those whose duty it is, counted until read."""

import pytest

from accounts.actions.notices import notify_department
from accounts.actor import CLOCK
from accounts.models import Notice
from accounts.permissions import Role
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(department):
    return notify_department(
        department,
        actor=CLOCK,
        department_id=department.pk,
        roles=(Role.HEAD,),
        verb="obligation.overdue",
        reason="A duty of your department is overdue.",
    )


def test_a_notice_is_for_the_roles_that_it_names(told, department):
    head = text(browser_of(member_with(("head",), department)).get("/notices"))
    assert '<span class="bell-count">1</span>' in head
    assert "共 1 条" in head
    steward = text(browser_of(member_with(("steward",), department)).get("/notices"))
    assert "bell-count" not in steward
    assert "共 0 条" in steward


def test_what_was_read_is_no_longer_counted_and_stays_in_the_list(told, department):
    client = browser_of(member_with(("head",), department))
    assert client.post("/notices/read")["Location"] == "/notices"
    page = text(client.get("/notices"))
    assert "bell-count" not in page
    assert "共 1 条" in page
    assert Notice.objects.count() == 1
    assert client.get("/notices/read").status_code == 405
