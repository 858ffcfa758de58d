"""How cells about systems, cases and people are drawn."""

from typing import Any

from django.utils.translation import gettext, ngettext

from kernel.cells import NONE, anchor, badge, beside, code, day, joined, markup, toned
from kernel.pages import address_of


def left_badge(left: int, tone: str, *, is_over: bool) -> str:
    """The workdays that are left of a term, or those since its last day."""
    if is_over:
        text = ngettext("overdue by %(n)s workday", "overdue by %(n)s workdays", -left)
        return toned(text % {"n": -left}, tone)
    text = ngettext("%(n)s workday left", "%(n)s workdays left", left)
    return toned(text % {"n": left}, tone)


def provisional() -> str:
    """What is said of a last day that the calendar may yet move."""
    return toned(gettext("provisional"), "warn")


def system(line: Any, name: Any) -> str:
    """A system with its code, and whether it must be merged."""
    row = line.system
    return beside(
        anchor(address_of("system", row.pk), name),
        row.code and code(row, row.code),
        line.must_be_merged and toned(gettext("must be merged"), "warn"),
    )


def judged_system(line: Any, name: Any) -> str:
    """The system of a verdict with its code."""
    row = line.verdict.system
    return beside(anchor(address_of("system", row.pk), name), row.code and code(row, row.code))


def department(row: Any, name: Any) -> str:
    """A department, and whether it is closed."""
    closed = not row.is_active and badge(row, gettext("Closed"))
    return beside(anchor(address_of("department", row.pk), name), closed)


def member(line: Any, name: Any) -> str:
    """A person with the name to sign in by, and whether the membership ended."""
    row = line.member
    ended = not row.is_active and badge(row, gettext("Ended"))
    return beside(anchor(address_of("member", row.pk), name), code(row, row.user.username), ended)


def roles(line: Any, _value: Any) -> str:
    """The roles of a person."""
    return markup('<span class="badges">{}</span>', joined(map(toned, line.roles)) or NONE)


def case_due(line: Any, _day: Any) -> str:
    """What is left of a case's term."""
    if not line.due:
        return NONE
    case = line.case
    return beside(
        day(line, line.due),
        case.is_provisional and case.state == "notified" and provisional(),
        left_badge(line.days_left or 0, line.badge, is_over=case.is_overdue),
    )
