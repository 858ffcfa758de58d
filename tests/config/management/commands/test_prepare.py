from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from accounts.models import CalendarYear

pytestmark = pytest.mark.django_db


def test_a_prepared_database_is_left_as_it_is():
    call_command("prepare", stdout=StringIO())
    migrations = MigrationRecorder(connection).migration_qs.count()
    editions = CalendarYear.objects.count()
    assert editions > 0
    out = StringIO()
    call_command("prepare", stdout=out)
    assert "Applying" not in out.getvalue()
    assert MigrationRecorder(connection).migration_qs.count() == migrations
    assert CalendarYear.objects.count() == editions
