"""Giving out resource codes: from each class's counter, without gaps and without repetition."""

from collections.abc import Mapping
from uuid import UUID

from django.db import connection

from catalog.codes import ResourceCode
from catalog.models import Category


def take_codes(wanted: Mapping[UUID, int]) -> dict[UUID, list[str]]:
    """The next codes of each class: class -> how many, class -> the codes in ascending order.

    Rivals wait until this transaction ends, so a number that is rolled back is given again. The
    counters are held in the order of their keys, so that two who want several never block each
    other for good.
    """
    if not wanted:
        return {}
    table = connection.ops.quote_name(Category._meta.db_table)
    ids = sorted(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {table} WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",  # noqa: S608
            [ids],
        )
        cursor.execute(
            f"UPDATE {table} SET next_number = next_number + taken.count"  # noqa: S608
            " FROM unnest(%s::uuid[], %s::integer[]) AS taken (id, count)"
            f" WHERE {table}.id = taken.id RETURNING {table}.id, code, next_number, taken.count",
            [ids, [wanted[key] for key in ids]],
        )
        return {
            key: [str(ResourceCode(code, number)) for number in range(after - count, after)]
            for key, code, after, count in cursor.fetchall()
        }
