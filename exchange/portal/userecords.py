"""Records of use in the portal: the requester's own account, kept for three years or longer."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may, require
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.listing import list_page, reader
from accounts.spreadsheets import report_answer
from exchange.actions.userecords import export_records, record_use
from exchange.models import Grant, UseRecord
from exchange.portal.beginnings import Beginning, begin
from exchange.portal.request_forms import SharingForm, day, text
from exchange.portal.sides import ALL, MADE, RECEIVED, SidesList
from kernel import cells
from kernel.lists import Column, DayFilter, Filter
from kernel.pages import page
from kernel.rows import fetch

_CHOICES = 100


class RecordForm(SharingForm):
    """The five statements of Art. 29, of a period."""

    starts_on = day(_("From"))
    ends_on = day(_("To"))
    scenario = text(_("Scenario of use"))
    process = text(_("Process of use"), 1000)
    effect = text(_("What it achieved"), 1000)
    storage = text(_("How it is stored"))
    disposal = text(_("How it was disposed of"), required=False)
    keep_until = day(
        _("To be kept until"), required=False, hint=_("Empty: three years. It can only be longer.")
    )

    def prepare(self) -> None:
        """What the request said of its scenario stands there to begin with."""
        self.initial["scenario"] = self.row.request.scenario


class RecordList(SidesList):
    """The newest first."""

    perm = Perm.USE_VIEW
    columns_of = {MADE: "department_id", RECEIVED: "grant__provider_id"}
    titles_of = {ALL: _("All departments"), MADE: _("Our own"), RECEIVED: _("Of what we give")}
    same = {MADE: "department"}
    title = _("Records of use")
    lead = _(
        "What was done with shared data: scenario, process, effect, storage, disposal (Art. 29)."
    )
    nothing = _("No use was recorded yet.")
    search = ("grant__request__entry__name__icontains", "scenario__icontains", "effect__icontains")
    search_title = _("Data, scenario or effect")
    order = ("-ends_on", "-pk")
    filters = (
        Filter("department", _("Recorded by"), departments, "department_id"),
        DayFilter("since", _("Since"), "ends_on__gte"),
        DayFilter("until", _("Until"), "starts_on__lte"),
    )
    columns = (
        Column(
            "name",
            _("Data"),
            lambda row: row.grant.request.entry.name,
            cells.linked("use-record"),
            ("grant__request__entry__name",),
            width=36,
        ),
        Column(
            "department",
            _("Recorded by"),
            lambda row: row.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column("from", _("From"), lambda row: row.starts_on, cells.day, ("starts_on",)),
        Column("to", _("To"), lambda row: row.ends_on, cells.day, ("ends_on",)),
        Column("scenario", _("Scenario of use"), lambda row: row.scenario, width=48),
        Column("process", _("Process of use"), lambda row: row.process, width=48, is_extra=True),
        Column("effect", _("What it achieved"), lambda row: row.effect, width=48),
        Column("storage", _("How it is stored"), lambda row: row.storage, width=48, is_extra=True),
        Column(
            "disposal",
            _("How it was disposed of"),
            lambda row: row.disposal,
            width=48,
            is_extra=True,
        ),
        Column(
            "kept",
            _("To be kept until"),
            lambda row: row.keep_until,
            cells.day,
            ("keep_until",),
        ),
    )

    def rows(self) -> Any:
        """The records of the tab."""
        rows: Any = UseRecord.objects.visible_to(self.actor)
        return self.of_side(rows.select_related("grant__request__entry", "department"))

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """A new record, for who keeps them."""
        if not may(self.actor, Perm.USE_RECORD):
            return []
        return [(reverse("use-record-new"), _("Record a use"))]


@require_GET
@signed_in
def record_list(request: HttpRequest) -> HttpResponseBase:
    """The records; as a file the oldest first, which is noted in the trail."""
    actor = reader(request, Perm.USE_VIEW)
    wanted = request.GET.get("as", "")
    if wanted not in ("xlsx", "csv"):
        return list_page(request, RecordList)
    shown = RecordList.of(request)
    records = export_records(shown.found, actor=actor, format=wanted)
    lines = ([column.value(row) for column in shown.chosen] for row in records)
    return report_answer(str(shown.title), shown.export_heads(), lines, wanted, "utf-8")


@require_GET
@signed_in
def record_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One record, to be read and printed."""
    rows = UseRecord.objects.visible_to(reader(request, Perm.USE_VIEW))
    related = ("grant__request__entry", "grant__provider", "department")
    row = fetch(rows.select_related(*related), pk)
    return page(request, "exchange/sharing/record.html", {"row": row})


@require_http_methods(["GET", "POST"])
@signed_in
def record_new(request: HttpRequest) -> HttpResponse:
    """Record the use of a grant; it cannot be changed afterwards."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Perm.USE_RECORD)
    grants: Any = Grant.objects.visible_to(actor).select_related("request__entry")
    held = grants.filter(department_id=actor.department_id)
    try:
        pk = UUID(request.GET.get("grant", ""))
    except ValueError:
        return _choose(request, held)
    grant = get_object_or_404(held, pk=pk)
    return begin(
        request,
        Beginning(
            title=_("Record a use"),
            lead=_("Kept for at least three years and never changed; add another to correct one."),
            button=_("Record it"),
            done=_("The use has been recorded."),
            form=RecordForm,
            row=grant,
            make=partial(record_use, grant),
            to="use-record",
            back=(reverse("use-records"), _("Records of use")),
            about=grant.request.entry.name,
        ),
    )


def _choose(request: HttpRequest, held: Any) -> HttpResponse:
    address = reverse("use-record-new")
    choices = [
        (f"{address}?grant={row.pk}", row.request.entry.name, row.ends_on.isoformat())
        for row in held.order_by("-created_at")[:_CHOICES]
    ]
    context = {
        "title": _("Record a use"),
        "lead": _("Of which grant?"),
        "choices": choices,
        "nothing": _("Your department holds no grants."),
        "back": (reverse("use-records"), _("Records of use")),
    }
    return page(request, "exchange/sharing/choose.html", context)
