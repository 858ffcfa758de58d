"""A grown catalogue into the platform's own tables, by COPY, as the database's owner."""

from __future__ import annotations

import io
from typing import Any

import duckdb
import pyarrow as pa
from django.db import connection, models, transaction
from django.utils import timezone
from pyarrow import csv

from accounts.models import Department
from bench.catalog.growing import Grown
from catalog.models import Category, Entry, Item, Resource


@transaction.atomic
def load(grown: Grown) -> None:
    """Write all tables in one transaction; references are checked at its end."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    copy(Department, grown.departments)
    copy(Category, grown.categories)
    copy(Resource, grown.resources)
    copy(Entry, grown.entries)
    copy(Item, grown.items)


def empty() -> None:
    """Remove the catalogue, its departments and what hangs on them."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_department, catalog_category CASCADE")


def analyze() -> None:
    """What autovacuum does within minutes on a platform that runs."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def copy(model: type[models.Model], table: pa.Table) -> None:
    """Append the table to the model's; columns that it lacks get the model's defaults."""
    columns = {name: f'"{name}"' for name in table.column_names}
    for name, value in _defaults(model).items():
        columns.setdefault(name, value)
    # DuckDB writes a list as [a, b]; PostgreSQL reads {"a","b"}.
    lists = {f.name for f in table.schema if pa.types.is_list(f.type)}
    asked = ", ".join(
        f'{_array(name) if name in lists else shown} AS "{name}"' for name, shown in columns.items()
    )
    names = ", ".join(f'"{name}"' for name in columns)
    with duckdb.connect() as con, connection.cursor() as cursor:
        con.register("told", table)
        rows = con.sql(f"SELECT {asked} FROM told").to_arrow_reader(50_000)  # noqa: S608
        for batch in rows:
            cursor.copy_expert(
                f"COPY {model._meta.db_table} ({names}) FROM STDIN (FORMAT csv)", _csv(batch)
            )


def _csv(batch: pa.RecordBatch) -> io.BytesIO:
    out = io.BytesIO()
    csv.write_csv(batch, out, csv.WriteOptions(include_header=False, quoting_style="needed"))
    out.seek(0)
    return out


def _array(name: str) -> str:
    quoted = f"list_transform(\"{name}\", lambda x: '\"' || replace(x, '\"', '') || '\"')"
    return f"'{{' || array_to_string({quoted}, ',') || '}}'"


def _defaults(model: type[models.Model]) -> dict[str, str]:
    """Columns that must have a value to the SQL of their default."""
    now = f"'{timezone.now().isoformat()}'"
    found: dict[str, str] = {}
    for field in model._meta.concrete_fields:
        if field.primary_key or field.null:
            continue
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            found[field.column] = now
        else:
            found[field.column] = _literal(field.get_default())
    return found


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return "'{}'" if isinstance(value, list | dict) else f"'{value or ''}'"
