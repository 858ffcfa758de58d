"""People in their browsers, for pages of the register."""

import pytest

from tests.people import member_with
from tests.portal import browser_of


@pytest.fixture
def visitor(db):
    """``visitor("head", department)``: the browser of a new person with this role there."""
    return lambda role, department=None: browser_of(member_with((role,), department))


@pytest.fixture
def admin(visitor, department):
    """The browser of the department's administrator."""
    return visitor("department_admin", department)
