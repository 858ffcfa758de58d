"""The three real catalogues as resources in force, for tests of relevance."""

from __future__ import annotations

from django.db import connection

from bench.catalog.real import read_entries
from catalog.models import Entry, Resource
from catalog.names import name_key
from catalog.search.indexing import refresh
from tests.factories.accounts import DepartmentFactory
from tests.factories.catalog import CategoryFactory


def load_real_catalogues() -> int:
    """Put every entry in force and let search know of it; returns how many there are."""
    category = CategoryFactory(code="399", name="其他信息")
    departments: dict[str, object] = {}
    resources, entries = [], []
    for number, real in enumerate(read_entries(), start=1):
        name = real.department[:120]
        department = departments.get(name) or departments.setdefault(
            name, DepartmentFactory(name=name)
        )
        resource = Resource(department=department, category=category, code=f"399/{number}")
        resources.append(resource)
        entries.append(
            Entry(
                resource=resource,
                department=department,
                number=1,
                state="published",
                name=real.name[:120],
                name_key=name_key(real.name),
                abstract=real.abstract[:512],
                keywords=[word[:60] for word in real.keywords],
                theme=real.theme[:60],
                update_cycle=real.cycle,
            )
        )
    Resource.objects.bulk_create(resources, batch_size=2_000)
    Entry.objects.bulk_create(entries, batch_size=2_000)
    for resource, entry in zip(resources, entries, strict=True):
        resource.published = entry
    Resource.objects.bulk_update(resources, ["published"], batch_size=1_000)
    written = refresh(resource.pk for resource in resources)
    with connection.cursor() as cursor:
        # As autovacuum does within a minute.
        cursor.execute("ANALYZE")
    return written
