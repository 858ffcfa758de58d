"""A publication played through without anything left of it."""

import os
from pathlib import Path

from exchange.dataplane.difference import Counted
from exchange.dataplane.engine import engine, quoted, run
from exchange.dataplane.limits import Limits
from exchange.dataplane.schema import Schema
from exchange.dataplane.store import BlobRef, FolderStore, check_blob
from exchange.dataplane.stored import select_items


class Rehearsal(FolderStore):
    """A store whose new blobs lie in a folder of the caller's, and end with it."""

    def __init__(self, root: Path, folder: Path) -> None:
        super().__init__(root)
        self._folder = folder

    def commit(self, staged: Path) -> BlobRef:
        """The digest and size that the blob would have."""
        ref = check_blob(staged)
        os.replace(staged, self._folder / ref.digest)
        return ref

    def path(self, digest: str) -> Path:
        """The rehearsed blob, or the stored one."""
        own = self._folder / digest
        return own if own.is_file() else super().path(digest)


def effect_of(
    changes: Path, head: Path | None, schema: Schema, work: Path, limits: Limits
) -> Counted:
    """What the changes would do to the table: rows new, rows otherwise than before, rows gone.

    Of a key that stands several times in them the last change counts.
    """
    keys = ", ".join(map(quoted, schema.key))
    rest = [quoted(name) for name in schema.names if name not in schema.key]
    differs = " OR ".join(f"n.{name} IS DISTINCT FROM h.{name}" for name in rest) or "false"
    rows = select_items(changes, schema, also=("_op", "_seq"))
    last = (
        f"SELECT * FROM ({rows}) "
        f"QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY _seq DESC) = 1"
    )
    there = f"SELECT *, true AS _there FROM ({select_items(head, schema)})" if head else None
    with engine(limits, work) as con:
        if there is None:
            found = run(con, f"SELECT count(*) FROM ({last}) WHERE _op = 'upsert'")
            return Counted(inserted=found[0][0])
        on = " AND ".join(f"n.{quoted(key)} = h.{quoted(key)}" for key in schema.key)
        counts = run(
            con,
            f"""
            SELECT count(*) FILTER (WHERE n._op = 'upsert' AND h._there IS NULL),
                count(*) FILTER (WHERE n._op = 'upsert' AND h._there AND ({differs})),
                count(*) FILTER (WHERE n._op = 'delete' AND h._there)
            FROM ({last}) n LEFT JOIN ({there}) h ON {on}
            """,
        )
        return Counted(*counts[0])
