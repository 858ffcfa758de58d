"""Many new rows at once, by COPY."""

import io
import json
import uuid
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.db import connection, models

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"'})
# Rows that are text in memory at a time.
CHUNK = 5_000


def copy_in(rows: Iterable[models.Model]) -> int:
    """Insert unsaved rows of one model as they are; how many. Keys that the database gives are
    not read back. Constraints hold as for any INSERT."""
    count = 0
    for chunk in _chunks(rows):
        model = type(chunk[0])
        fields = [
            field
            for field in model._meta.concrete_fields
            if not isinstance(field, models.AutoField | models.BigAutoField)
        ]
        names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
        text = "".join(
            "\t".join(_cell(field, field.pre_save(row, True)) for field in fields) + "\n"
            for row in chunk
        )
        table = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", io.StringIO(text))
        count += len(chunk)
    return count


def _chunks(rows: Iterable[models.Model]) -> Iterator[list[models.Model]]:
    chunk: list[models.Model] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _cell(field: Any, value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(field, models.JSONField):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
    if isinstance(value, str):
        return value.translate(_ESCAPES) if value else ""
    if isinstance(value, list | tuple):
        return _array(value).translate(_ESCAPES) if value else "{}"
    return _text(value)


def _array(values: Iterable[Any]) -> str:
    quoted = (f'"{_text(value).translate(_QUOTED)}"' for value in values)
    return "{" + ",".join(quoted) + "}"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    return str(value)
