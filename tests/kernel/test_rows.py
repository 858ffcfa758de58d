"""A row by its key: what is no key, absent and unseen look alike."""

import uuid

import pytest

from accounts.models import Department
from kernel.errors import NotFound
from kernel.rows import fetch
from tests.factories.accounts import DepartmentFactory

pytestmark = pytest.mark.django_db


def test_a_row_is_found_by_its_key_and_by_the_words_of_its_key():
    row = DepartmentFactory()
    assert fetch(Department.objects.all(), row.pk) == row
    assert fetch(Department.objects.all(), str(row.pk)) == row


@pytest.mark.parametrize("key", [uuid.UUID(int=7), "7", "", None, "no key", ("a", "b")], ids=repr)
def test_what_is_absent_or_no_key_is_not_found(key):
    with pytest.raises(NotFound):
        fetch(Department.objects.all(), key)


def test_a_row_that_is_not_among_these_is_not_found():
    with pytest.raises(NotFound):
        fetch(Department.objects.none(), DepartmentFactory().pk)
