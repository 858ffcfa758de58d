"""Rows by COPY: every value arrives as it was."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from catalog.copying import copy_in
from catalog.models import Entry, Resource
from tests.factories.accounts import DepartmentFactory
from tests.factories.catalog import CategoryFactory

ODD = 'tab\tline\nreturn\rback\\slash "quote" {brace},comma NULL \\N 中文 \U0001f600'


@pytest.mark.django_db
def test_odd_texts_lists_and_empty_values_arrive_as_they_were():
    department, category = DepartmentFactory(), CategoryFactory()
    said = {"name": ODD, "list": [ODD, None, 1.5, True]}
    resource = Resource(department=department, category=category, source=ODD[:60])
    resource.source_values = said
    resource.data_updated_at = datetime(2026, 1, 2, 3, 4, tzinfo=ZoneInfo("Asia/Shanghai"))
    entry = Entry(
        resource=resource,
        department=department,
        number=1,
        name=ODD,
        name_key="x",
        keywords=[ODD[:60], "", "NULL"],
        released_on=date(2024, 3, 1),
        records_wan=Decimal("46.9585"),
        open_to_public=True,
    )
    assert (copy_in([resource]), copy_in([entry]), copy_in([])) == (1, 1, 0)
    found = Resource.objects.get()
    assert (found.source, found.source_values) == (ODD[:60], said)
    assert (found.data_updated_at, found.code, found.version) == (resource.data_updated_at, None, 1)
    kept = Entry.objects.get()
    assert (kept.name, kept.keywords) == (ODD, [ODD[:60], "", "NULL"])
    assert (kept.released_on, kept.records_wan) == (date(2024, 3, 1), Decimal("46.9585"))
    assert (kept.open_to_public, kept.storage_gb, kept.related_codes) == (True, None, [])
    assert kept.created_at is not None
