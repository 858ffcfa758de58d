"""The ledger of use in the portal: who was given what, when and why; and who received a record."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actor import Actor
from accounts.models import Department, InformationSystem
from accounts.permissions import Perm
from accounts.policy import may, require
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.listing import list_page, reader
from accounts.receipts import receipt_of
from accounts.spreadsheets import report_answer
from exchange.actions.uses import export_uses, find_uses
from exchange.models import Dataset, UseEntry
from exchange.models.use import LEDGER
from exchange.portal import sharing_words as words
from exchange.portal.request_forms import SharingForm
from exchange.tables import current_schema
from kernel import cells
from kernel.errors import Conflict, Invalid
from kernel.keysets import KeysetList
from kernel.lists import Column, DayFilter, Filter, List
from kernel.pages import page
from kernel.problems import Problem, refusal
from kernel.rows import fetch
from kernel.texts import listed

FOUND = 200
_RELATED = ("grant__request__entry",)


@dataclass(frozen=True)
class UseLine:
    """A line of the ledger with the names of what it tells by number."""

    entry: UseEntry
    name: str
    department: str
    provider: str
    system: str
    channel: Any

    @property
    def why(self) -> str:
        """The purpose, and the reason that the caller gave."""
        return " · ".join(part for part in (self.entry.purpose, self.entry.reason) if part)


class UseList(KeysetList):
    """The newest first."""

    title = _("Ledger of use")
    lead = _(
        "Every page, file, look-up and delivery: who received what, when and for which purpose."
    )
    nothing = _("Nothing was given to or by your department yet.")
    keeps = ("grant",)
    search = ("grant__request__entry__name__icontains", "end_user__icontains", "reason__icontains")
    search_title = _("Data, end user or reason")
    filters = (
        Filter("channel", _("Way"), lambda actor: list(words.CHANNELS.items()), "channel"),
        Filter("department", _("Received by"), departments, "department_id"),
        Filter("provider", _("Given by"), departments, "provider_id"),
        DayFilter("since", _("Since"), "at__date__gte"),
        DayFilter("until", _("Until"), "at__date__lte"),
    )
    columns = (
        Column(
            "at",
            _("When"),
            lambda line: timezone.localtime(line.entry.at),
            cells.moment,
        ),
        Column(
            "name",
            _("Data"),
            lambda line: line.name,
            cells.linked("grant", "entry.grant_id"),
            width=36,
        ),
        Column("department", _("Received by"), lambda line: line.department, width=28),
        Column("system", _("System"), lambda line: line.system, width=28),
        Column("provider", _("Given by"), lambda line: line.provider, width=28, is_extra=True),
        Column("channel", _("Way"), lambda line: line.channel),
        Column("why", _("Purpose and reason"), lambda line: line.why, width=36),
        Column("end_user", _("End user"), lambda line: line.entry.end_user, is_extra=True),
        Column("rows", _("Rows"), lambda line: line.entry.rows, is_number=True),
        Column("items", _("Items"), lambda line: listed(line.entry.items), width=48, is_extra=True),
        Column(
            "edition", _("Edition"), lambda line: line.entry.edition, is_number=True, is_extra=True
        ),
        Column(
            "digest",
            _("Digest of what was given"),
            lambda line: line.entry.digest,
            width=64,
            is_extra=True,
        ),
        Column(
            "receipt",
            _("Receipt"),
            lambda line: _("Receipt"),
            cells.linked("use-receipt", "entry.pk"),
            is_extra=True,
        ),
    )

    def rows(self) -> Any:
        """The lines that the person may see; of one grant, if the address names it."""
        rows: Any = UseEntry.objects.visible_to(self.actor).select_related(*_RELATED)
        asked = self.query.get("grant", "")
        if not asked:
            return rows
        try:
            return rows.filter(grant_id=UUID(asked))
        except ValueError:
            return rows.none()

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the names of departments and systems."""
        return use_lines(rows)

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """The search by record, for those who audit."""
        if not may(self.actor, Perm.LEDGER_VIEW):
            return []
        return [(reverse("use-search"), _("Who received a record?"))]

    @property
    def first_step(self) -> tuple[str, Any] | None:
        """None: where nothing was given there is nothing to be looked for."""
        return None


class SearchForm(SharingForm):
    """A record by its dataset and its key."""

    dataset = forms.ModelChoiceField(
        label=_("Data"), queryset=Dataset.objects.none(), empty_label=_("Choose")
    )

    def prepare(self) -> None:
        """The datasets that the person may see, and the key items of the one that is chosen."""
        field = self.fields["dataset"]
        rows = Dataset.objects.visible_to(self.actor).select_related("resource__published")
        field.queryset = rows.order_by("resource__published__name")
        field.label_from_instance = _dataset_name
        self.keys = list(current_schema(self.row).key) if self.row else []
        if self.row:
            self.initial["dataset"] = self.row.pk
        for key in self.keys:
            self.fields[f"key_{key}"] = forms.CharField(label=key, max_length=200)

    @property
    def key(self) -> dict[str, Any]:
        """The key as it was filled in."""
        return {key: self.cleaned_data[f"key_{key}"] for key in self.keys}


@require_GET
@signed_in
def use_list(request: HttpRequest) -> HttpResponseBase:
    """The ledger; as a file the oldest first, which is noted in the trail."""
    actor = reader(request, Perm.USE_VIEW)
    wanted = request.GET.get("as", "")
    if wanted not in ("xlsx", "csv"):
        return list_page(request, UseList)
    shown = UseList.of(request)
    entries = export_uses(shown.found, actor=actor, format=wanted)
    return report_answer(
        str(shown.title), shown.export_heads(), _exported(shown, entries), wanted, "utf-8"
    )


@require_GET
@signed_in
def use_receipt(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The proof that a line was sealed, as a file to keep."""
    entry = fetch(UseEntry.objects.visible_to(reader(request, Perm.USE_VIEW)), pk)
    answer = JsonResponse(receipt_of(LEDGER.name, entry.pk))
    answer["Content-Disposition"] = f'attachment; filename="receipt-{pk}.json"'
    return answer


@require_http_methods(["GET", "POST"])
@signed_in
def use_search(request: HttpRequest) -> HttpResponse:
    """Who received the record of a key: the search itself is noted in the trail."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Perm.LEDGER_VIEW)
    dataset = _dataset(request, actor)
    if request.method != "POST" or dataset is None:
        return _searched(request, SearchForm.blank(dataset, actor), dataset)
    form = SearchForm.filled(dataset, actor, request)
    if not form.is_valid():
        return _searched(request, form, dataset, status=422)
    try:
        found = list(islice(find_uses(dataset, form.key, actor=actor), FOUND))
    except Invalid:
        for key in form.keys:
            form.add_error(f"key_{key}", _("There can be no record of this key in this data."))
        return _searched(request, form, dataset, status=422)
    except Conflict as refused:
        problem = refusal(refused)
        return _searched(request, form, dataset, refused=problem, status=problem.status)
    return _searched(request, form, dataset, found=use_lines(found))


def use_lines(rows: Iterable[UseEntry]) -> list[UseLine]:
    """Lines of the ledger with names, in one statement for departments and one for systems."""
    found = list(rows)
    sides = {pk for row in found for pk in (row.department_id, row.provider_id)}
    named = dict(Department.objects.filter(pk__in=sides).values_list("pk", "name"))
    systems = {row.system_id for row in found}
    called = dict(InformationSystem.objects.filter(pk__in=systems).values_list("pk", "name"))
    return [
        UseLine(
            row,
            row.grant.request.entry.name,
            named.get(row.department_id, ""),
            named.get(row.provider_id, ""),
            called.get(row.system_id, ""),
            words.CHANNELS[row.channel],
        )
        for row in found
    ]


def _dataset(request: HttpRequest, actor: Actor) -> Dataset | None:
    asked = request.POST.get("dataset") or request.GET.get("dataset", "")
    try:
        pk = UUID(asked)
    except ValueError:
        return None
    rows = Dataset.objects.visible_to(actor).select_related("schema", "resource__published")
    return fetch(rows, pk)


def _dataset_name(row: Dataset) -> str:
    published = row.resource.published
    return published.name if published else str(row.resource)


def _searched(
    request: HttpRequest,
    form: SearchForm,
    dataset: Dataset | None,
    *,
    found: list[UseLine] | None = None,
    refused: Problem | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "dataset": dataset,
        "found": found,
        "most": FOUND,
        "summary": form.summary,
        "refused": refused,
    }
    return page(request, "exchange/sharing/use_search.html", context, status=status)


def _exported(shown: List, entries: Iterable[UseEntry]) -> Iterator[list[Any]]:
    rows = iter(entries)
    while piece := list(islice(rows, 500)):
        for line in use_lines(piece):
            yield [column.value(line) for column in shown.chosen]
