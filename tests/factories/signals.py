"""Bodies of facts for tests."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.utils import timezone

from accounts.actions.signals import Told, record_signals
from accounts.models import InformationSystem, SignalFact, SignalYear


def day(ago: int = 0) -> str:
    """The day so many days ago, as a line writes it."""
    return (timezone.localdate() - timedelta(days=ago)).isoformat()


def fact(about: InformationSystem, ago: int = 1, **values: Any) -> dict[str, Any]:
    """A line: log-ins of a day; a value of None leaves its field out."""
    told = {"system": str(about.pk), "kind": "login", "at": day(ago), "number": 5}
    return {name: value for name, value in (told | values).items() if value is not None}


def ndjson(lines: Sequence[dict[str, Any] | str]) -> bytes:
    """Lines as NDJSON; a text is a line as it stands."""
    texts = (
        line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines
    )
    return "".join(f"{text}\n" for text in texts).encode()


def csv_text(lines: Sequence[dict[str, Any]]) -> str:
    """Lines as CSV with the first line's names as header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue()


def tell(data: bytes, actor: Any, format: str = "ndjson", **how: Any) -> Told:
    """Tell a body as a door would."""
    with NamedTemporaryFile(prefix="facts-") as file:
        file.write(data)
        file.flush()
        return record_signals(Path(file.name), actor=actor, format=format, **how)


def known_days(system: InformationSystem, kind: str = "login") -> dict[str, float]:
    """Day -> number, of all years."""
    found = {}
    for year in SignalYear.objects.filter(system=system, kind=kind):
        first = timezone.localdate().replace(year=year.year, month=1, day=1)
        assert len(year.days) == 366
        for place, number in enumerate(year.days):
            if number is not None:
                found[(first + timedelta(days=place)).isoformat()] = number
    return found


def counts() -> tuple[int, int]:
    """Facts and year rows in the database."""
    return SignalFact.objects.count(), SignalYear.objects.count()


def codes(told: Told) -> list[tuple[int, str | None, str]]:
    """The named wrong lines: (line, column, code)."""
    return [(error["line"], error["column"], error["code"]) for error in told.errors]
