"""Values on their way into SQL: never part of the text, always bound under a name."""

from typing import Literal

Dialect = Literal["duckdb", "postgres"]
_MARKS = {"duckdb": "${}", "postgres": "%({})s"}


class Bound:
    """Collects the values of one statement; ``values`` is given to the driver beside the text."""

    def __init__(self, dialect: Dialect = "duckdb") -> None:
        self.dialect = dialect
        self.values: dict[str, str | bytes] = {}

    def add(self, value: str | bytes) -> str:
        """The place that stands for the value; equal values share one."""
        for name, known in self.values.items():
            if type(known) is type(value) and known == value:
                return self._mark(name)
        name = f"v{len(self.values) + 1}"
        self.values[name] = value
        return self._mark(name)

    def _mark(self, name: str) -> str:
        return _MARKS[self.dialect].format(name)
