"""Emptying the test database after a test that committed: rows go, files stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management.commands import flush
from django.db import connection

# Django writes them from the models after each flush, which takes longer than the flush.
KEPT = {"django_content_type", "auth_permission"}


@contextmanager
def rows_deleted() -> Iterator[None]:
    """Within the block a flush deletes rows, for the files of so many tables take seconds to be
    made anew, and leaves those that only say which models there are. It waits for whoever still
    writes, as TRUNCATE would. Needs a superuser's login."""
    operations = type(connection.ops)
    usual = operations.sql_flush

    def sql_flush(self: Any, style: Any, tables: list[str], **how: Any) -> list[str]:
        if not tables or how.get("reset_sequences"):
            return usual(self, style, tables, **how)
        names = [self.quote_name(table) for table in tables if table not in KEPT]
        return [
            # References and the guards of records that are only added to do not count now.
            "SET LOCAL session_replication_role = replica",
            f"LOCK TABLE {', '.join(names)} IN SHARE ROW EXCLUSIVE MODE",
            *(f"DELETE FROM {name}" for name in names),
            "SET LOCAL session_replication_role = DEFAULT",
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "sql_flush", sql_flush)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_, **__: None)
        yield
