"""Stops and changes of services in the portal: announced, agreed to or filed, carried out."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actor import Actor
from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import may, require
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.forms import PlainForm
from accounts.portal.listing import list_view, reader, state_filter
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from exchange.actions.services import (
    announce_change,
    complete_change,
    file_change,
    reply_change,
    withdraw_change,
)
from exchange.models import Dataset, ServiceChange, ServiceInterface
from exchange.portal import sharing_words as words
from exchange.portal.beginnings import Beginning, begin
from exchange.portal.request_forms import SharingForm, day, line, text
from exchange.portal.sides import ALL, MADE, RECEIVED, STATE, SidesList
from exchange.portal.stories import Told, story
from exchange.services import CHANGE_OPEN, served_departments
from exchange.states import SERVICE_CHANGE
from kernel import cells
from kernel.lists import Column, Filter
from kernel.pages import page
from kernel.rows import fetch

_RELATED = ("dataset__resource__published", "interface__resource__published", "department")


class AnnounceForm(SharingForm):
    """Which service stops or changes, when and why."""

    service = forms.ChoiceField(label=_("Service"))
    kind = forms.ChoiceField(
        label=_("What will happen"), choices=[("", _("Choose")), *words.CHANGE_KINDS.items()]
    )
    effective_on = day(_("From this day on"))
    reason = text(_("Reason"))
    replacement = text(_("What stands in for it"), required=False)

    def prepare(self) -> None:
        """The department's own open services."""
        own = self.actor.department_id
        self.services: dict[str, Any] = {}
        rows: Any = Dataset.objects.filter(department_id=own, state="open")
        for row in rows.select_related("resource__published"):
            self.services[f"dataset:{row.pk}"] = row
        rows = ServiceInterface.objects.filter(department_id=own).exclude(state="closed")
        for row in rows.select_related("resource__published"):
            self.services[f"interface:{row.pk}"] = row
        choices = [(code, _called(row)) for code, row in self.services.items()]
        self.fields["service"].choices = [("", _("Choose")), *choices]

    @property
    def values(self) -> dict[str, Any]:
        """With the service itself."""
        return {**super().values, "service": self.services[self.cleaned_data["service"]]}


class ReplyForm(SharingForm):
    """Whether one agrees."""

    agrees = forms.TypedChoiceField(
        label=_("Does your department agree?"),
        coerce=lambda value: value == "yes",
        choices=[("yes", _("Agree")), ("no", _("Do not agree"))],
        widget=forms.RadioSelect,
    )
    note = text(_("Note"), required=False)


class FileForm(SharingForm):
    """The number under which it is filed."""

    number = line(_("Filing number"), 60)


def _owner(row: ServiceChange) -> UUID:
    return row.department_id


STEPS = {
    "reply": Step(
        reply_change,
        ReplyForm,
        (Perm.SERVICE_REPLY,),
        _("Answer for your department"),
        _("The provider has your answer."),
    ),
    "file": Step(
        file_change,
        FileForm,
        (Perm.SERVICE_FILE,),
        _("File it"),
        _("It is filed; it may be carried out although not everybody agrees."),
    ),
    "complete": Step(
        complete_change,
        PlainForm,
        (Perm.SERVICE_ANNOUNCE,),
        _("Report as carried out"),
        _("Everybody served has been told."),
        _owner,
        _("Report this as carried out?"),
    ),
    "withdraw": Step(
        withdraw_change,
        PlainForm,
        (Perm.SERVICE_ANNOUNCE,),
        _("Take it back: the service goes on"),
        _("Everybody served has been told that the service goes on."),
        _owner,
        _("Take this announcement back?"),
    ),
}


@dataclass(frozen=True)
class ChangeLine:
    """An announcement as a line of the list."""

    change: ServiceChange
    name: str
    kind: Any
    state: tuple[Any, str]


class ChangeList(SidesList):
    """What comes first comes first."""

    perm = Perm.REQUEST_VIEW
    columns_of = {MADE: "department_id"}
    titles_of = {ALL: _("All departments"), RECEIVED: _("That concern us"), MADE: _("Our own")}
    same = {MADE: "department"}
    title = _("Announcements of service changes")
    lead = _(
        "A provider stops or changes a service once all whom it serves agree, or the authority has"
        " filed it (Art. 27)."
    )
    nothing = _("No stop or change of a service is announced.")
    order = ("state", "effective_on", "pk")
    filters = (
        Filter("kind", _("Kind"), lambda actor: list(words.CHANGE_KINDS.items()), "kind"),
        state_filter(words.CHANGE_STATES),
        Filter("department", _("Provider"), departments, "department_id"),
    )
    columns = (
        Column(
            "name",
            _("Data"),
            lambda line: line.name,
            cells.linked("announcement", "change.pk"),
            width=36,
        ),
        Column("kind", _("Kind"), lambda line: line.kind, sort=("kind",)),
        Column(
            "department",
            _("Provider"),
            lambda line: line.change.department.name,
            sort=("department__name",),
            width=28,
        ),
        STATE,
        Column(
            "on",
            _("From this day on"),
            lambda line: line.change.effective_on,
            cells.day,
            ("effective_on",),
        ),
        Column("reason", _("Reason"), lambda line: line.change.reason, width=48),
    )

    def rows(self) -> Any:
        """The announcements of the tab."""
        rows: Any = ServiceChange.objects.visible_to(self.actor).select_related(*_RELATED)
        if self.show == RECEIVED:
            return rows.exclude(department_id=self.actor.department_id)
        return self.of_side(rows)

    def lines(self, rows: list[Any]) -> list[Any]:
        """With names, kinds and states."""
        return [
            ChangeLine(
                row,
                _called(row.service),
                words.CHANGE_KINDS[row.kind],
                words.CHANGE_STATES[row.state],
            )
            for row in rows
        ]

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """A new announcement, for who may make one."""
        if not may(self.actor, Perm.SERVICE_ANNOUNCE):
            return []
        return [(reverse("announcement-new"), _("Announce a stop or change"))]


change_list = list_view(ChangeList, Perm.REQUEST_VIEW)


@require_GET
@signed_in
def change_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One announcement, who agrees, and what this person can do."""
    return _shown(request, _found(request, pk))


@require_POST
@signed_in
def change_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="announcement", pk=pk)


@require_http_methods(["GET", "POST"])
@signed_in
def change_new(request: HttpRequest) -> HttpResponse:
    """Announce that a service stops or changes."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Perm.SERVICE_ANNOUNCE)
    return begin(
        request,
        Beginning(
            title=_("Announce a stop or change"),
            lead=_("Everybody who holds a running grant of the service is told and can answer."),
            button=_("Announce it"),
            done=_("Everybody served has been told."),
            form=AnnounceForm,
            row=None,
            make=_announce,
            to="announcement",
            back=(reverse("announcements"), _("Announcements of service changes")),
        ),
    )


def _announce(*, actor: Actor, service: Any, **said: Any) -> ServiceChange:
    return announce_change(service, actor=actor, **said)


def _called(service: Any) -> str:
    published = service.resource.published
    name = published.name if published else str(service.resource)
    return f"{name} · {service.name}" if isinstance(service, ServiceInterface) else name


def _found(request: HttpRequest, pk: UUID) -> ServiceChange:
    rows = ServiceChange.objects.visible_to(reader(request, Perm.REQUEST_VIEW))
    return fetch(rows.select_related(*_RELATED), pk)


def _shown(request: HttpRequest, row: ServiceChange, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    served = served_departments(row.service)
    replies = {reply.department_id: reply for reply in row.replies.all()}
    named = Department.objects.filter(pk__in={*served, *replies}).order_by("name")
    is_served = actor.department_id in served
    context = {
        "row": row,
        "name": _called(row.service),
        "kind": words.CHANGE_KINDS[row.kind],
        "state": words.CHANGE_STATES[row.state],
        "replies": [(one, replies.get(one.pk)) for one in named],
        "events": story(_told(row), actor),
        **sent.context(row, actor, STEPS, lambda name: _is_offered(row, name, is_served)),
    }
    return page(request, "exchange/sharing/announcement.html", context, status=sent.status)


def _is_offered(row: ServiceChange, verb: str, is_served: bool) -> bool:
    if verb == "reply":
        return is_served and row.state in CHANGE_OPEN
    return SERVICE_CHANGE.allows(row.state, verb)


def _told(row: ServiceChange) -> list[Told]:
    told = [
        Told(row.created_at, _("Announced"), row.department, row.announced_by),
        Told(row.filed_at, _("Filed with the authority"), None, None, row.filing_number),
        Told(row.completed_at, _("Carried out"), row.department, badge="good"),
    ]
    if row.state == "withdrawn":
        told.append(Told(row.updated_at, _("Taken back"), row.department))
    return told
