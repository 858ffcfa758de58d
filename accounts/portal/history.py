"""Who signed in as a person: when, from where, with what result, as the trail has it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.models import AuditEvent, Member, User
from accounts.permissions import Perm
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.listing import reader
from kernel.pages import page
from kernel.rows import fetch

# By the trail's verb: what happened, and how it looks.
EVENTS: dict[str, tuple[Any, str]] = {
    "session.opened": (_("Sign-in"), "good"),
    "session.refused": (_("Sign-in refused"), "bad"),
    "session.closed": (_("Signed out"), ""),
    "session.ended": (_("Sign-ins ended"), ""),
    "password.changed": (_("Password changed"), ""),
    "password.reset": (_("Password reset"), "warn"),
    "second_factor.added": (_("Second factor set up"), ""),
    "second_factor.dropped": (_("Second factor given up"), "warn"),
    "second_factor.reset": (_("Second factor taken away"), "warn"),
    "second_factor.codes_renewed": (_("New codes on paper"), ""),
    "account.suspended": (_("Account suspended"), "bad"),
    "account.reopened": (_("Account opened again"), ""),
}
SHOWN = 100


@dataclass(frozen=True)
class Line:
    """One event; ``how`` says with what."""

    at: datetime
    title: Any
    level: str
    address: str
    how: Any


def lines_of(person: User) -> list[Line]:
    """The newest of the person's events, the newest first."""
    rows = AuditEvent.objects.filter(subject_type="user", subject_id=str(person.pk))
    rows = rows.filter(verb__in=EVENTS).order_by("-pk")[:SHOWN]
    return [_line(row) for row in rows]


@require_safe
@signed_in
def member_history_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same of somebody else, for the security administrator."""
    actor = reader(request, Perm.SIGN_IN_VIEW)
    member = fetch(Member.objects.visible_to(actor).select_related("user"), pk)
    context = {"person": member.user, "lines": lines_of(member.user), "member": member}
    return page(request, "accounts/sign_in_history.html", context)


def _line(row: AuditEvent) -> Line:
    title, level = EVENTS[row.verb]
    told = [row.detail.get(name) for name in ("kind", "method", "factor", "step")]
    how = [words.SIGN_IN_WORDS[word] for word in told if word in words.SIGN_IN_WORDS]
    return Line(row.at, title, level, row.address, how)
