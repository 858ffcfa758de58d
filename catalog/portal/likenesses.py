"""Duplicates and repeated collection in the portal: pairs with their reasons, decided by people."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.forms import ReasonForm
from accounts.portal.listing import DepartmentsList, list_page, reader
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from catalog.actions.likenesses import (
    confirm_likeness,
    dismiss_likeness,
    reopen_likeness,
    request_scan,
)
from catalog.models import Likeness, LikenessScan, Resource
from catalog.portal import cells as own_cells
from catalog.portal.likeness_words import KINDS, STATES, reason_lines
from catalog.states import LIKENESS
from catalog.versions import items_of
from kernel.lists import Column, Filter
from kernel.pages import address_of, page
from kernel.rows import fetch

_PERMS = (Perm.LIKENESS_DECIDE,)
_SURE = (("90", _("90% and more")), ("80", _("80% and more")))


class ConfirmForm(ReasonForm):
    """Why these are one."""


class DismissForm(ReasonForm):
    """Why these are two."""


class ReopenForm(ReasonForm):
    """Why it is asked again."""


STEPS = {
    "confirm": Step(
        confirm_likeness, ConfirmForm, _PERMS,
        _("They are one"), _("Confirmed; the owners clear it up now."),
    ),
    "dismiss": Step(
        dismiss_likeness, DismissForm, _PERMS,
        _("They are two"), _("Dismissed; no later scan brings the pair up again."),
    ),
    "reopen": Step(
        reopen_likeness, ReopenForm, _PERMS, _("Judge it again"), _("The pair is open again."),
    ),
}  # fmt: skip


def _of_department(rows: Any, key: str) -> Any:
    return rows.filter(Q(left__department_id=key) | Q(right__department_id=key))


class LikenessList(DepartmentsList):
    """Open pairs, the likest first; or those decided."""

    perm = Perm.LIKENESS_VIEW
    title = _("Duplicates")
    lead = _(
        "Entries that look like one resource under two names, and items that two departments "
        "collect. The platform proposes; people decide."
    )
    nothing = _("No pair of entries looks alike.")
    search = (
        "left__published__name__icontains", "right__published__name__icontains",
    )  # fmt: skip
    search_title = _("Name of an entry")
    order = ("-score", "-pk")
    keeps = ("show",)
    filters = (
        Filter("kind", _("Kind"), lambda actor: KINDS.items(), "kind"),
        Filter(
            "sure", _("Likeness"), lambda actor: _SURE,
            apply=lambda rows, least: rows.filter(score__gte=int(least) / 100),
        ),
        Filter("department", _("Department"), departments, apply=_of_department),
    )  # fmt: skip
    columns = (
        Column(
            "left", _("Entry"), lambda row: row.names[0], own_cells.pair,
            ("left__published__name",), width=36,
        ),
        Column("other", _("And"), lambda row: row.names[1], own_cells.other, width=36),
        Column("kind", _("Kind"), lambda row: KINDS[row.kind], sort=("kind",)),
        Column(
            "score", _("Likeness"), lambda row: f"{row.score:.0%}", sort=("score",), is_number=True
        ),
        Column("state", _("State"), lambda row: row.word, own_cells.word, ("state",)),
    )  # fmt: skip

    def shown_filters(self) -> list[Any]:
        """The department for those who see several."""
        everywhere = may_everywhere(self.actor, self.perm)
        return [one for one in self.filters if one.name != "department" or everywhere]

    def rows(self) -> Any:
        """Those to decide, or those decided."""
        rows: Any = Likeness.objects.visible_to(self.actor)
        rows = rows.select_related(
            "left__published", "left__department", "right__published", "right__department"
        )
        return rows.exclude(state="open") if self._is_decided else rows.filter(state="open")

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the names of both."""
        for row in rows:
            row.word, row.badge = STATES[row.state]
            row.names = [_name(one) for one in (row.left, row.right)]
            row.address = address_of("likeness", row.pk)
        return rows

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """Open and decided."""
        return [
            (self.path, _("To decide"), not self._is_decided),
            (f"{self.path}?show=decided", _("Decided pairs"), self._is_decided),
        ]

    @property
    def _is_decided(self) -> bool:
        return self.query.get("show") == "decided"


@require_GET
@signed_in
def likeness_list(request: HttpRequest) -> HttpResponseBase:
    """Pairs of entries that look alike, with the last scan."""
    actor = reader(request, Perm.LIKENESS_VIEW)
    scans = LikenessScan.objects.order_by("-began_at")
    more = {
        "last": scans.filter(ended_at__isnull=False).first(),
        "waits": scans.filter(ended_at__isnull=True).exists(),
        "scans": may(actor, Perm.LIKENESS_SCAN),
    }
    return list_page(request, LikenessList, "catalog/likenesses.html", **more)


@require_POST
@signed_in
def likeness_scan(request: HttpRequest) -> HttpResponse:
    """Ask for a comparison of everything."""
    request_scan(actor=request.actor)  # type: ignore[attr-defined]
    messages.success(request, gettext("Everything will be compared; look again in some minutes."))
    return redirect("likenesses")


@require_GET
@signed_in
def likeness_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One pair side by side, with what speaks for it and against it."""
    return _shown(request, _found(request, pk))


@require_POST
@signed_in
def likeness_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Decide; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="likeness", pk=pk)


def _found(request: HttpRequest, pk: UUID) -> Likeness:
    actor = reader(request, Perm.LIKENESS_VIEW)
    rows = Likeness.objects.visible_to(actor).select_related(
        "left__published", "left__department", "right__published", "right__department",
        "proposed_source",
    )  # fmt: skip
    return fetch(rows, pk)


def _shown(request: HttpRequest, row: Likeness, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    # Either owner's stewards, and the authority.
    owners = {row.left.department_id, row.right.department_id}
    decides = any(may(actor, Perm.LIKENESS_DECIDE, owner) for owner in owners)
    context = {
        "likeness": row,
        "names": [_name(row.left), _name(row.right)],
        "state": STATES[row.state],
        "kind": KINDS[row.kind],
        "percent": round(row.score * 100),
        "reasons": reason_lines(row.reasons),
        "sides": list(_sides(row)),
        "source": row.proposed_source,
        "decided_at": timezone.localtime(row.decided_at) if row.decided_at else None,
        **sent.context(
            row, actor, STEPS, lambda name: decides and LIKENESS.allows(row.state, name)
        ),
    }
    return page(request, "catalog/likeness.html", context, status=sent.status)


def _name(resource: Resource) -> str:
    return resource.published.name if resource.published else str(resource)


def _sides(row: Likeness) -> Iterator[dict[str, Any]]:
    """Both entries with their items; the alike ones are marked."""
    pairs = [(row.left, row.left_column), (row.right, row.right_column)]
    told = [list(items_of(one.published)) if one.published else [] for one, _ in pairs]
    names = [{item.name for item in items} for items in told]
    common = names[0] & names[1]
    for (resource, column), items in zip(pairs, told, strict=True):
        marked = [(item, item.column == column or item.name in common) for item in items]
        yield {"resource": resource, "entry": resource.published, "told": marked}
