"""What consent set, and what use is recorded, stays as it was written."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.ledgers import TRAIL
from accounts.models import AuditEvent
from exchange.models import GrantEdition, UseEntry, UseRecord
from exchange.models.terms import TERMS, terms_of
from exchange.models.use import LEDGER


@pytest.fixture
def record(world):
    grant = world.grant()
    return UseRecord.objects.create(
        grant=grant,
        department_id=grant.department_id,
        edition=1,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 6, 30),
        scenario="核对纳税人注册地",
        process="每日比对",
        effect="更正三百户",
        storage="本系统数据库",
        recorded_by=world.people["asker"].user_id,
        keep_until=timezone.localdate() + timedelta(days=1096),
    )


@pytest.fixture
def entry(world):
    grant = world.grant()
    return UseEntry.objects.create(
        channel="table",
        dataset=world.dataset,
        grant=grant,
        edition=1,
        department_id=grant.department_id,
        provider_id=grant.provider_id,
        system_id=grant.system_id,
        items=grant.items,
        rows=3,
        digest="0" * 64,
        last_number=1,
    )


def refuses(deed):
    with pytest.raises(IntegrityError, match="kept"), transaction.atomic():
        deed()


def test_consent_writes_the_first_edition_with_the_terms_in_force(world):
    grant = world.grant(["code", "name"], purposes=["tax-registration"], calls_per_day=50)
    edition = GrantEdition.objects.get(grant=grant)
    assert (edition.number, edition.request_id) == (grant.edition, grant.request_id)
    assert terms_of(edition) == terms_of(grant)
    assert (edition.items, edition.purposes) == (["code", "name"], ["tax-registration"])
    assert (edition.calls_per_day, edition.rows_per_day) == (50, None)
    assert set(TERMS) <= {field.name for field in GrantEdition._meta.fields}


def test_a_record_of_use_is_neither_changed_nor_removed(record):
    refuses(lambda: record.change(effect="更正三千户"))
    refuses(record.delete)
    record.refresh_from_db()
    assert record.effect == "更正三百户"


def test_a_record_whose_time_is_over_may_go(record):
    over = UseRecord.objects.create(
        **{
            field.name: getattr(record, field.name)
            for field in UseRecord._meta.fields
            if field.name not in ("id", "keep_until")
        },
        keep_until=timezone.localdate() - timedelta(days=2),
    )
    over.delete()
    assert list(UseRecord.objects.all()) == [record]


def test_the_seal_covers_every_column_of_the_ledger_and_of_the_trail():
    for ledger, model in ((LEDGER, UseEntry), (TRAIL, AuditEvent)):
        columns = {field.column for field in model._meta.concrete_fields}
        assert (ledger.table, set(ledger.columns)) == (model._meta.db_table, columns)


def test_the_ledger_is_only_added_to(entry):
    refuses(lambda: UseEntry.objects.filter(pk=entry.pk).update(rows=0))
    refuses(entry.delete)
    assert UseEntry.objects.get().rows == 3
