"""What a comparison found, kept as rows: what people decided stays, what is gone goes."""

import io
import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from catalog.likeness.scanning import Found
from kernel.models import uuid7

_COLUMNS = "id, kind, left_id, right_id, left_column, right_column, score, reasons, source"
_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS found_alike (
    id uuid, kind text, left_id uuid, right_id uuid, left_column text, right_column text,
    score float8, reasons jsonb, source uuid
) ON COMMIT DROP;
TRUNCATE found_alike
"""
# A decided pair keeps what it was decided on.
_KEEP = """
INSERT INTO catalog_likeness AS l (id, created_at, updated_at, version, kind, left_id, right_id,
    left_column, right_column, score, reasons, proposed_source_id, state, decision_reason)
SELECT id, now(), now(), 1, kind, left_id, right_id, left_column, right_column, score, reasons,
       source, 'open', ''
FROM found_alike
ON CONFLICT (kind, left_id, right_id, left_column, right_column) DO UPDATE
SET score = excluded.score, reasons = excluded.reasons,
    proposed_source_id = excluded.proposed_source_id, updated_at = now(), version = l.version + 1
WHERE l.state = 'open' AND (l.score, l.reasons, l.proposed_source_id)
    IS DISTINCT FROM (excluded.score, excluded.reasons, excluded.proposed_source_id)
"""
_DROP = """
DELETE FROM catalog_likeness l
WHERE l.state = 'open'
  AND NOT EXISTS (
    SELECT FROM found_alike f WHERE f.kind = l.kind AND f.left_id = l.left_id
        AND f.right_id = l.right_id AND f.left_column = l.left_column
        AND f.right_column = l.right_column)
  AND (%(whole)s
    OR NOT EXISTS (SELECT FROM catalog_entry e WHERE e.resource_id = l.left_id
                   AND e.state = 'published')
    OR NOT EXISTS (SELECT FROM catalog_entry e WHERE e.resource_id = l.right_id
                   AND e.state = 'published')
    OR EXISTS (SELECT FROM catalog_entry e WHERE e.resource_id IN (l.left_id, l.right_id)
               AND e.state = 'published' AND e.published_at >= %(since)s))
"""


def keep(found: Sequence[Found], since: datetime | None) -> int:
    """Write what was found about entries published since then (None: about all); how many open
    pairs were dropped because they are alike no longer. In the caller's transaction."""
    with connection.cursor() as cursor:
        # Two scans at once would each drop what the other found.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('catalog.likeness'))")
        cursor.execute(_TABLE)
        cursor.copy_expert(f"COPY found_alike ({_COLUMNS}) FROM STDIN", _lines(found))
        cursor.execute(_KEEP)
        cursor.execute(_DROP, {"whole": since is None, "since": since})
        return int(cursor.rowcount)


def _lines(found: Sequence[Found]) -> io.StringIO:
    out = io.StringIO()
    for one in found:
        reasons = json.dumps(one.reasons, ensure_ascii=False).replace("\\", "\\\\")
        out.write(
            f"{uuid7()}\t{one.kind}\t{one.left}\t{one.right}\t{_text(one.left_column)}\t"
            f"{_text(one.right_column)}\t{one.score}\t{reasons}\t{one.proposed_source or _NULL}\n"
        )
    out.seek(0)
    return out


_NULL = "\\N"


def _text(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
