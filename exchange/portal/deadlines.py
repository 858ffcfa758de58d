"""The clocks of the law as pages show them: which duty, by which article, until when."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.calendars import calendars_from
from accounts.clocks import CLOCKS, KEEPING
from accounts.models import Obligation
from accounts.portal.words import DUTIES
from accounts.workdays import workdays_left

_ARTICLE = re.compile(r"(\d+)(?:\((\d+)\))?")


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
    def over(self) -> int:
        """Workdays since the last day."""
        return -self.left

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


def article_text(article: str) -> str:
    """``21(1)`` as the reader's law writes it."""
    found = _ARTICLE.fullmatch(article)
    if found is None:
        return article
    number, paragraph = found.groups()
    if paragraph:
        return _("Art. %(number)s (%(paragraph)s)") % {"number": number, "paragraph": paragraph}
    return _("Art. %(number)s") % {"number": number}
