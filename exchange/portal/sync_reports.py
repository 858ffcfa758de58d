"""What a run of a sync job found, in the reader's words."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from exchange.models import SyncRun
from exchange.portal import fault_words

# By the report's own names, in the order in which they are shown.
COUNTS = {
    "received": _("rows read"),
    "accepted": _("right"),
    "rejected": _("wrong"),
    "inserted": _("new"),
    "updated": _("rows changed"),
    "deleted": _("rows removed"),
    "files": _("files"),
    "source_rows": _("rows in the source"),
    "published_rows": _("rows published"),
    "missing": _("not published"),
    "extra": _("published only"),
    "different": _("otherwise in the source"),
    "unfit": _("break the rules"),
    "pending": _("come with the next run"),
    "unkeyed": _("without a key"),
}
KEYS = {
    "missing": _("In the source, not published"),
    "extra": _("Published, not in the source"),
    "different": _("Different on the two sides"),
}


@dataclass(frozen=True)
class Report:
    """Counts, wrong rows, and of a comparison whether and where the sides differ."""

    counts: list[tuple[Any, int]]
    errors: list[tuple[Any, str, Any, str]]
    agrees: bool | None
    keys: list[tuple[Any, list[str]]]
    ranges: list[dict[str, Any]]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell yet."""
        return not self.counts and not self.errors


def report_of(run: SyncRun) -> Report:
    """The report of a run that has ended; empty before."""
    said = run.report
    keys = said.get("keys") or {}
    return Report(
        counts=[(title, _number(said[name])) for name, title in COUNTS.items() if name in said],
        errors=[_error(error) for error in said.get("errors") or []],
        agrees=said.get("agrees"),
        keys=[(title, list(keys[name])) for name, title in KEYS.items() if keys.get(name)],
        ranges=[one for one in said.get("ranges") or [] if isinstance(one, dict)],
    )


def _number(value: Any) -> int:
    return len(value) if isinstance(value, list) else int(value or 0)


def _error(error: dict[str, Any]) -> tuple[Any, str, Any, str]:
    cause, _cure = fault_words.FAULTS.get(error.get("code", ""), (error.get("detail", ""), ""))
    return error.get("line"), error.get("column", ""), cause, error.get("value", "")
