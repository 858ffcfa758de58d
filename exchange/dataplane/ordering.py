"""Whether rows come in the order of their key, as they are stored: each key once, ascending."""

import pyarrow as pa
import pyarrow.compute as pc


class Ascent:
    """Looks at the keys of a body table by table; texts are compared by their bytes."""

    def __init__(self, key: tuple[str, ...]) -> None:
        self.holds = bool(key)
        self._key = list(key)
        self._last: pa.Table | None = None

    def follow(self, table: pa.Table) -> bool:
        """Take the next rows; False from the first key on that is not above the one before."""
        if self.holds and len(table):
            keys = table.select(self._key)
            whole = keys if self._last is None else pa.concat_tables([self._last, keys])
            self.holds = _ascends(whole)
            self._last = keys.slice(len(keys) - 1)
        return self.holds


def _ascends(keys: pa.Table) -> bool:
    """Compared row by row with the next one, column after column while they are equal."""
    rows = len(keys) - 1
    less, equal = pa.scalar(False), pa.scalar(True)
    for column in keys.combine_chunks().columns:
        one, next_one = column.slice(0, rows), column.slice(1)
        less = pc.or_(less, pc.and_(equal, pc.less(one, next_one)))
        equal = pc.and_(equal, pc.equal(one, next_one))
    return rows < 1 or pc.all(less, min_count=0).as_py() is True
