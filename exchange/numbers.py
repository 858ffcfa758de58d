"""The counter of a dataset's log: taken by one UPDATE, held until the commit."""

from django.db import connection

from exchange.errors import BaseMoved
from exchange.models import Dataset


def take_number(
    dataset: Dataset, rows: int, expected: int | None, *, closed_too: bool = False
) -> tuple[int, int]:
    """The next number and the last sequence; the row stays locked until the commit.

    What was compared with the table after batch ``expected`` is BaseMoved if that is not the last.
    A closed dataset gives numbers only where ``closed_too``.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE exchange_dataset
               SET last_number = last_number + 1, last_seq = last_seq + %(rows)s
             WHERE id = %(id)s AND (state = 'open' OR %(closed_too)s) AND schema_id = %(schema)s
               AND (%(expected)s IS NULL OR last_number = %(expected)s)
            RETURNING last_number, last_seq
            """,
            {
                "id": dataset.pk,
                "rows": rows,
                "schema": dataset.schema_id,
                "expected": expected,
                "closed_too": closed_too,
            },
        )
        taken = cursor.fetchone()
    if taken is None:
        raise BaseMoved(retry_after=1)
    return int(taken[0]), int(taken[1])
