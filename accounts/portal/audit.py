"""The audit trail in the portal: searched, read entry by entry, verified."""

import json
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actions.trailchecks import verify_trail
from accounts.blocks import block_with
from accounts.models import AuditEvent, Department, InformationSystem, User
from accounts.permissions import Perm
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.deeds import deed_of
from accounts.portal.listing import list_view, reader
from accounts.trail import trail_status
from kernel import cells
from kernel.errors import Conflict
from kernel.keysets import KeysetList
from kernel.listparts import Column, DayFilter, Filter, TextFilter
from kernel.pages import page
from kernel.problems import refusal
from kernel.rows import fetch

_BESIDE = 20
# Names of the addresses under which subjects of the trail have pages of their own.
PAGES = {
    "informationsystem": "system",
    "zombiecase": "case",
    "mergeproposal": "merge",
    "member": "member",
    "department": "department",
    "resource": "resource",
    "catalogimport": "import",
    "campaign": "campaign",
    "demand": "demand",
    "likeness": "likeness",
    "sharingrequest": "request",
    "grant": "grant",
    "obligation": "clock",
    "objection": "objection",
    "dispute": "dispute",
    "servicechange": "announcement",
    "dataset": "dataset",
    "subscription": "subscription",
    "connector": "connector",
    "syncjob": "sync",
    "syncrun": "sync-run",
    "serviceinterface": "interface",
}


@dataclass(frozen=True)
class Line:
    """An entry with what its numbers stand for."""

    event: AuditEvent
    department: str
    who: Any

    @property
    def deed(self) -> str:
        """What was done, in the language of the reader."""
        return deed_of(self.event.verb)

    @property
    def subject(self) -> str:
        """What it is about, as the trail names it."""
        return f"{self.event.subject_type} {self.event.subject_id}"


def _by_actor(rows: QuerySet[Any], word: str) -> QuerySet[Any]:
    """Entries of the people and systems whose name, user name or code has the word."""
    people = User.objects.filter(Q(name__icontains=word) | Q(username__iexact=word))
    systems = InformationSystem.objects.filter(Q(name__icontains=word) | Q(code__iexact=word))
    keys = [*people.values_list("pk", flat=True)[:200], *systems.values_list("pk", flat=True)[:200]]
    return rows.filter(actor_id__in=keys)


def _midnight(value: str, later: int = 0) -> datetime:
    day = parse_date(value) or timezone.localdate()
    return datetime.combine(day + timedelta(days=later), time(), timezone.get_default_timezone())


class _Since(DayFilter):
    """From the first moment of a day on."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(at__gte=_midnight(value))


class _Until(DayFilter):
    """Up to the last moment of a day."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(at__lt=_midnight(value, later=1))


KINDS = (
    ("person", _("Person")),
    ("system", _("Information system")),
    ("clock", _("the platform")),
    ("nobody", _("nobody")),
)


class AuditList(KeysetList):
    """The trail, the newest first."""

    title = _("Audit trail")
    lead = _(
        "Every deed on the platform, sealed in a chain: who did what to what, when and whence."
    )
    nothing = _("Nothing has been done yet.")
    filters = (
        TextFilter("actor", _("Who"), apply=_by_actor),
        TextFilter("verb", _("Deed (as noun.verb)"), "verb__startswith"),
        Filter("department", _("Department"), departments, "department_id"),
        Filter("kind", _("Kind of actor"), lambda actor: KINDS, "actor_kind"),
        TextFilter("subject", _("Number of the subject"), "subject_id"),
        TextFilter("request", _("Request"), "request_id"),
        TextFilter("address", _("Network address"), "address__startswith"),
        _Since("since", _("Since"), "at__gte"),
        _Until("until", _("Until"), "at__lt"),
    )
    columns = (
        Column(
            "number", _("No."), lambda line: line.event.pk, cells.linked("audit-entry", "event.pk")
        ),
        Column(
            "at",
            _("When"),
            lambda line: timezone.localtime(line.event.at).strftime("%Y-%m-%d %H:%M:%S"),
            cells.nowrap,
            width=20,
        ),
        Column("who", _("Who"), lambda line: line.who, width=20),
        Column("department", _("Department"), lambda line: line.department, width=28),
        Column("deed", _("Deed"), lambda line: line.deed, width=24),
        Column(
            "verb",
            _("Deed (as noun.verb)"),
            lambda line: line.event.verb,
            cells.code,
            is_extra=True,
            width=28,
        ),
        Column("subject", _("Subject"), lambda line: line.subject, cells.code, width=52),
        Column("address", _("Network address"), lambda line: line.event.address),
        Column(
            "request",
            _("Request"),
            lambda line: line.event.request_id,
            cells.code,
            is_extra=True,
            width=38,
        ),
        Column(
            "kind",
            _("Kind of actor"),
            lambda line: dict(KINDS).get(line.event.actor_kind, line.event.actor_kind),
            is_extra=True,
        ),
    )

    def rows(self) -> Any:
        """Everything, for auditors."""
        return AuditEvent.objects.visible_to(self.actor)

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the names of their departments."""
        keys = {row.department_id for row in rows if row.department_id}
        names = dict(Department.objects.filter(pk__in=keys).values_list("pk", "name"))
        return [Line(row, names.get(row.department_id, ""), _who(row)) for row in rows]

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Proving that the trail is whole; who was given which data stands in a ledger apart."""
        return [
            (reverse("audit-verification"), _("Verification")),
            (reverse("uses"), _("Ledger of use")),
        ]


audit_list = list_view(AuditList, Perm.AUDIT_VIEW)


@require_GET
@signed_in
def audit_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: what it says, its place in the chain, what belongs to it."""
    actor = reader(request, Perm.AUDIT_VIEW)
    rows: Any = AuditEvent.objects.visible_to(actor)
    event: AuditEvent = fetch(rows, pk)
    about = {"subject_type": event.subject_type, "subject_id": event.subject_id}
    same = rows.exclude(pk=pk).order_by("-pk")
    together = same.filter(actor_id=event.actor_id, request_id=event.request_id)
    context = {
        "event": event,
        "line": AuditList(actor, request.GET).lines([event])[0],
        "kind": dict(KINDS).get(event.actor_kind, event.actor_kind),
        "sealed": block_with("trail", pk),
        "detail": [(name, _plain(value)) for name, value in sorted(event.detail.items())],
        "subject_page": _page_of(event),
        "history": same.filter(**about)[:_BESIDE],
        "together": together[:_BESIDE] if event.request_id else [],
    }
    return page(request, "accounts/audit_entry.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def audit_verification(request: HttpRequest) -> HttpResponse:
    """How far the trail is sealed and what the last verification said; POST verifies now."""
    actor = reader(request, Perm.AUDIT_VIEW)
    refused = None
    if request.method == "POST":
        try:
            verdict = verify_trail(actor=actor)
        except Conflict as conflict:
            refused = refusal(conflict)
        else:
            if verdict.ok:
                messages.success(request, gettext("The evidence is sound."))
            else:
                messages.error(request, gettext("The evidence is not as it was sealed."))
            return redirect("audit-verification")
    context = {
        "status": trail_status(),
        "refused": refused,
        "checks": AuditEvent.objects.visible_to(actor)
        .filter(verb="trail.verified")
        .order_by("-pk")[:_BESIDE],
    }
    return page(
        request, "accounts/audit_verification.html", context, refused.status if refused else 200
    )


def _who(event: AuditEvent) -> Any:
    return _("the platform") if event.actor_kind == "clock" else event.actor_name or _("nobody")


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _page_of(event: AuditEvent) -> str:
    try:
        return reverse(PAGES[event.subject_type], args=[event.subject_id])
    except (KeyError, NoReverseMatch):
        return ""
