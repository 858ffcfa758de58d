"""Objections in the portal: what one department says is wrong, and what the other found."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may, require
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.listing import list_view, state_filter
from catalog.models import Resource
from exchange.actions.objections import (
    submit_objection,
)
from exchange.models import Grant, Objection
from exchange.portal import sharing_words as words
from exchange.portal.beginnings import Beginning, begin
from exchange.portal.deadlines import Deadline, nearest, open_by_subject
from exchange.portal.objection_forms import (
    ObjectionForm,
)
from exchange.portal.sides import ALL, LEFT, MADE, RECEIVED, STATE, SidesList
from kernel import cells
from kernel.lists import Column, Filter
from kernel.pages import page

CLOCKS = ("C6", "N1")
_CHOICES = 50


@dataclass(frozen=True)
class ObjectionLine:
    """An objection as a line of the list."""

    objection: Objection
    state: tuple[Any, str]
    kind: Any
    name: str
    deadline: Deadline | None


class ObjectionList(SidesList):
    """Objections by side, the most urgent first."""

    perm = Perm.REQUEST_VIEW
    columns_of = {MADE: "department_id", RECEIVED: "respondent_id"}
    titles_of = {
        ALL: _("All departments"),
        MADE: _("Made by us"),
        RECEIVED: _("To be answered by us"),
    }
    same = {MADE: "department", RECEIVED: "respondent"}
    title = _("Objections")
    lead = _(
        "What is wrong with data, entry, right, service or use. Content is verified and corrected"
        " within ten workdays; nothing stops meanwhile."
    )
    nothing = _("Nobody objects to anything here.")
    search = ("resource__published__name__icontains", "description__icontains")
    search_title = _("Data or description")
    order = ("due_on", "-created_at", "pk")
    filters = (
        state_filter(words.OBJECTION_STATES),
        Filter("kind", _("Kind"), lambda actor: list(words.OBJECTION_KINDS.items()), "kind"),
        Filter("department", _("Who objects"), departments, "department_id"),
        Filter("respondent", _("Who answers"), departments, "respondent_id"),
    )
    columns = (
        Column(
            "name",
            _("Data"),
            lambda line: line.name,
            cells.linked("objection", "objection.pk"),
            ("resource__published__name",),
            width=36,
        ),
        Column("kind", _("Kind"), lambda line: line.kind, sort=("kind",)),
        Column(
            "department",
            _("Who objects"),
            lambda line: line.objection.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column(
            "respondent",
            _("Who answers"),
            lambda line: line.objection.respondent.name,
            sort=("respondent__name",),
            width=28,
        ),
        STATE,
        LEFT,
        Column(
            "submitted",
            _("Submitted"),
            lambda line: timezone.localtime(line.objection.created_at).date(),
            cells.day,
            ("created_at",),
        ),
    )

    def rows(self) -> Any:
        """The objections of the tab, each with the last day of its answer."""
        rows: Any = Objection.objects.visible_to(self.actor)
        rows = rows.select_related("resource__published", "department", "respondent")
        return self.of_side(rows).annotate(due_on=nearest(CLOCKS))

    def lines(self, rows: list[Any]) -> list[Any]:
        """With states, kinds and what is left."""
        clocks = open_by_subject([row.pk for row in rows], CLOCKS)
        return [
            ObjectionLine(
                row,
                words.OBJECTION_STATES[row.state],
                words.OBJECTION_KINDS[row.kind],
                name_of(row.resource),
                clocks.get(row.pk),
            )
            for row in rows
        ]

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """A new objection, for who may submit one."""
        if not may(self.actor, Perm.OBJECTION_SUBMIT):
            return []
        return [(reverse("objection-new"), _("Object to something"))]


objection_list = list_view(ObjectionList, Perm.REQUEST_VIEW)


@require_http_methods(["GET", "POST"])
@signed_in
def objection_new(request: HttpRequest) -> HttpResponse:
    """Object to a grant's data or use, or to an entry of the catalogue."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Perm.OBJECTION_SUBMIT)
    grant = _chosen(Grant.objects.visible_to(actor), request.GET.get("grant", ""))
    resource = grant.resource if grant else None
    if grant is None:
        rows = Resource.objects.visible_to(actor).filter(published__isnull=False)
        resource = _chosen(rows, request.GET.get("resource", ""))
    if resource is None:
        return _choose(request, actor)
    is_giver = grant is not None and grant.provider_id == actor.department_id
    return begin(
        request,
        Beginning(
            title=_("Object"),
            lead=_("The other side verifies what you say and answers; the data goes on flowing."),
            button=_("Submit the objection"),
            done=_("The other side has been told; its time limit runs."),
            form=ObjectionForm,
            row=(resource, grant, is_giver),
            make=partial(submit_objection, resource, grant=grant),
            to="objection",
            back=(reverse("objections"), _("Objections")),
            about=name_of(resource),
            template="exchange/sharing/objection_new.html",
        ),
    )


def name_of(resource: Resource) -> str:
    """What the resource is called in force, else its code."""
    return resource.published.name if resource.published else str(resource)


def _chosen(rows: Any, asked: str) -> Any:
    try:
        pk = UUID(asked)
    except ValueError:
        return None
    return get_object_or_404(rows, pk=pk)


def _choose(request: HttpRequest, actor: Actor) -> HttpResponse:
    rows: Any = Grant.objects.visible_to(actor).select_related("request__entry", "department")
    own = rows.filter(department_id=actor.department_id) | rows.filter(
        provider_id=actor.department_id
    )
    address = reverse("objection-new")
    choices = [
        (
            f"{address}?grant={row.pk}",
            row.request.entry.name,
            cells.markup('{} · <span class="nowrap">{}</span>', row.department.name, row.ends_on),
        )
        for row in own.order_by("-created_at")[:_CHOICES]
    ]
    context = {
        "title": _("Object to something"),
        "lead": _("Under which grant did you see it, or which one is misused?"),
        "choices": choices,
        "nothing": _("Your department holds and gives no grants."),
        "other": (reverse("catalogue"), _("Object to an entry: find it in the catalogue")),
        "back": (reverse("objections"), _("Objections")),
    }
    return page(request, "exchange/sharing/choose.html", context)
