"""The clocks of the law as pages show them: which duty, by which article, until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.calendars import calendars_from
from accounts.clocks import CLOCKS, KEEPING
from accounts.models import Obligation
from accounts.portal.cells import left_badge, provisional
from accounts.portal.words import DUTIES, article_text
from accounts.workdays import workdays_left
from kernel.cells import beside, day, muted, toned


@dataclass(frozen=True)
class Deadline:
    """A clock; ``left`` are the workdays until its last day, below zero once it is over."""

    obligation: Obligation
    left: int

    @property
    def is_open(self) -> bool:
        """Whether it still runs; a duty to keep something never runs out."""
        return self.obligation.state == "open" and self.obligation.kind not in KEEPING

    @property
    def is_kept(self) -> bool:
        """Whether it is a duty to keep something."""
        return self.obligation.kind in KEEPING

    @property
    def is_late(self) -> bool:
        """Whether it was met after its last day."""
        met = self.obligation.met_at
        return met is not None and timezone.localdate(met) > self.obligation.due_on

    @property
    def level(self) -> str:
        """The colour of its badge."""
        return "bad" if self.left < 0 else "warn" if self.left <= 2 else "good"

    @property
    def duty(self) -> Any:
        """What is owed."""
        return DUTIES[self.obligation.kind]

    @property
    def is_statutory(self) -> bool:
        """Whether the Order itself sets the number of days."""
        return CLOCKS[self.obligation.kind].is_statutory

    @property
    def left_shown(self) -> str:
        """What is left of it, with its last day."""
        return beside(
            left_badge(self.left, self.level, is_over=self.left < 0),
            muted(day(self, self.obligation.due_on)),
            self.obligation.is_provisional and provisional(),
        )

    @property
    def shown(self) -> str:
        """How it stands."""
        if self.is_open:
            return beside(self.left_shown, self._extension)
        if self.is_kept:
            return toned(_("to be kept"))
        if self.obligation.state == "cancelled":
            return toned(_("fell away"))
        words = toned(_("met late"), "bad") if self.is_late else toned(_("met in time"), "good")
        return beside(words, muted(day(self, self.obligation.met_at)))

    @property
    def _extension(self) -> str:
        extended = self.obligation.extended_workdays
        if extended:
            text = ngettext("extended by %(n)s workday", "extended by %(n)s workdays", extended)
            return toned(text % {"n": extended})
        return toned(_("more time asked for"), "warn") if self.obligation.asked_at else ""

    @property
    def article(self) -> str:
        """The article of Order 809 that it follows from."""
        return article_text(CLOCKS[self.obligation.kind].article)


def deadlines(rows: Iterable[Obligation]) -> list[Deadline]:
    """The clocks with what is left of them, by one reading of the calendars."""
    found = list(rows)
    if not found:
        return []
    today = timezone.localdate()
    calendars = calendars_from(min(today.year, *(row.due_on.year for row in found)))
    return [Deadline(row, workdays_left(today, row.due_on, calendars)) for row in found]


def nearest(kinds: Iterable[str]) -> Subquery:
    """For each row of a query the last day of its nearest open clock of these kinds."""
    rows = Obligation.objects.filter(
        subject_id=OuterRef("pk"), state="open", kind__in=list(kinds)
    ).order_by("due_on")
    return Subquery(rows.values("due_on")[:1])


def open_by_subject(subjects: Iterable[Any], kinds: Iterable[str]) -> dict[Any, Deadline]:
    """By subject the nearest of its open clocks."""
    rows = Obligation.objects.filter(
        subject_id__in=list(subjects), state="open", kind__in=list(kinds)
    ).order_by("-due_on")
    return {line.obligation.subject_id: line for line in deadlines(rows)}
