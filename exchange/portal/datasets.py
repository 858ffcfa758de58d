"""Datasets in the portal: what is published, by whom, to whom, and what can be done with it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.models import InformationSystem
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.forms import PlainForm
from accounts.portal.listing import DepartmentsList, list_view, reader
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from exchange.actions.datasets import close_dataset, evolve_dataset, hand_over_dataset
from exchange.actions.retention import retain_dataset
from exchange.models import Batch, Dataset, Subscription
from exchange.portal import lane_words as words
from exchange.portal.dataset_forms import HandOverForm, RetainForm
from exchange.portal.revealing import REVEAL, reveal_facts
from exchange.reveals import is_allowed
from kernel import cells
from kernel.lists import Column, Filter
from kernel.pages import page
from kernel.rows import fetch

_BATCHES, _CONSUMERS = 10, 50


def _owner(dataset: Dataset) -> UUID:
    return dataset.department_id


def _hand_over(dataset: Dataset, *, actor: Actor, system: InformationSystem) -> Dataset:
    return hand_over_dataset(dataset, system, actor=actor)


def _retain(
    dataset: Dataset, *, actor: Actor, expected: int, retain_days: int | None = None
) -> Dataset:
    return retain_dataset(dataset, actor=actor, expected=expected, days=retain_days)


STEPS = {
    "reveal": REVEAL,
    "evolve": Step(
        evolve_dataset,
        PlainForm,
        (Perm.DATASET_ATTACH,),
        _("Take over the items in force"),
        _("The dataset has the items now that are in force."),
        _owner,
    ),
    "retain": Step(
        _retain,
        RetainForm,
        (Perm.DATASET_ATTACH,),
        _("How long batches stay"),
        _("It is so from now on."),
        _owner,
    ),
    "hand-over": Step(
        _hand_over,
        HandOverForm,
        (Perm.DATASET_ATTACH,),
        _("Hand over to another system"),
        _("The other system publishes from now on."),
        _owner,
    ),
    "close": Step(
        close_dataset,
        PlainForm,
        (Perm.DATASET_ATTACH,),
        _("Take no more data"),
        _("It takes no more data; what was published stays readable."),
        _owner,
        _("Close this dataset for good?"),
    ),
}


class DatasetList(DepartmentsList):
    """The datasets that the person may see: the own ones and those granted."""

    perm = Perm.DATASET_VIEW
    title = _("Datasets")
    lead = _("The data behind the entries: who publishes it, how much, and who receives it.")
    nothing = _("No data is attached to an entry yet.")
    search = ("resource__published__name__icontains", "system__name__icontains")
    search_title = _("Entry or system")
    order = ("resource__published__name", "pk")
    filters = (
        Filter("state", _("State"), lambda actor: _titles(words.DATASET_STATES), "state"),
        Filter("kind", _("Kind"), lambda actor: words.DATASET_KINDS.items(), "kind"),
        Filter("department", _("Provider"), departments, "department_id"),
    )
    columns = (
        Column(
            "name",
            _("Dataset"),
            lambda row: name_of(row),
            cells.linked("dataset"),
            ("resource__published__name",),
            width=40,
        ),
        Column(
            "provider",
            _("Provider"),
            lambda row: row.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column("system", _("Published by"), lambda row: row.system.name, width=28),
        Column("state", _("State"), lambda row: row.state_word[0], cells.worded("state_word")),
        Column(
            "batches",
            _("Batches"),
            lambda row: row.last_number,
            sort=("last_number",),
            is_number=True,
        ),
        Column("last", _("Last published"), lambda row: row.last_at, cells.moment),
        Column("consumers", _("Subscriptions"), lambda row: row.consumers, is_number=True),
        Column("kind", _("Kind"), lambda row: words.DATASET_KINDS[row.kind], is_extra=True),
        Column(
            "schema",
            _("Schema version"),
            lambda row: row.schema.number,
            is_number=True,
            is_extra=True,
        ),
    )

    def rows(self) -> Any:
        """With what their lines show."""
        related = ("resource__published", "department", "system", "schema")
        return Dataset.objects.visible_to(self.actor).select_related(*related)

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the last batch's time, and how many subscriptions of it the actor may see."""
        last = Batch.objects.filter(dataset__in=rows).order_by("dataset_id", "-number")
        times = dict(last.distinct("dataset_id").values_list("dataset_id", "created_at"))
        lanes = Subscription.objects.visible_to(self.actor).filter(dataset__in=rows)
        held: dict[UUID, int] = {}
        for found in lanes.exclude(state="ended").values_list("dataset_id", flat=True):
            held[found] = held.get(found, 0) + 1
        for row in rows:
            row.last_at, row.consumers = times.get(row.pk), held.get(row.pk, 0)
            row.state_word = words.badge(words.DATASET_STATES, row.state)
        return rows

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Attaching data to a published entry."""
        if may(self.actor, Perm.DATASET_ATTACH):
            return [(reverse("dataset-attach"), _("Attach data to an entry"))]
        return []

    def shown_filters(self) -> list[Any]:
        """Providers for everybody: those who hold grants see the datasets of others."""
        return list(self.filters)


dataset_list = list_view(DatasetList, Perm.DATASET_VIEW)


@require_GET
@signed_in
def dataset_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One dataset: where it stands, its last batches, who receives it, and its steps."""
    return _shown(request, dataset_of(request, pk))


@require_POST
@signed_in
def dataset_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    row = dataset_of(request, pk)
    return take_step(request, row, verb, STEPS, _shown, to="dataset", pk=pk)


def dataset_of(request: HttpRequest, pk: UUID) -> Dataset:
    """The dataset of the address, if the person may see it."""
    rows = Dataset.objects.visible_to(reader(request, Perm.DATASET_VIEW))
    related = ("resource__published", "department", "system", "schema")
    return fetch(rows.select_related(*related), pk)


def name_of(dataset: Dataset) -> str:
    """What people call it: the name of its entry in force."""
    entry = dataset.resource.published
    return entry.name if entry else dataset.resource.code or str(dataset.pk)


def publishes(actor: Actor, dataset: Dataset) -> bool:
    """Whether this person may publish to it now."""
    return dataset.state == "open" and may(actor, Perm.BATCH_PUBLISH, dataset.department_id)


def _shown(request: HttpRequest, dataset: Dataset, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    batches: list[Any] = list(
        dataset.batches.select_related("recalled_by").order_by("-number")[:_BATCHES]
    )
    for batch in batches:
        batch.kind_word = words.BATCH_KINDS[batch.kind]
    context = {
        "dataset": dataset,
        "name": name_of(dataset),
        "state": words.badge(words.DATASET_STATES, dataset.state),
        "kind": words.DATASET_KINDS[dataset.kind],
        "compatibility": words.COMPATIBILITIES[dataset.compatibility],
        "on_reject": words.ON_REJECT[dataset.on_reject],
        "batches": batches,
        "consumers": _consumers(actor, dataset),
        "is_own": may(actor, Perm.DATASET_ATTACH, dataset.department_id),
        "publishes": publishes(actor, dataset),
        "shows_usage": may(actor, Perm.USE_VIEW),
        "announces": may(actor, Perm.SERVICE_ANNOUNCE, dataset.department_id),
        **sent.context(dataset, actor, STEPS, lambda name: _is_possible(dataset, actor, name)),
        "verb": sent.verb,
        **reveal_facts(dataset, actor),
    }
    return page(request, "exchange/dataset.html", context, status=sent.status)


def _is_possible(dataset: Dataset, actor: Actor, name: str) -> bool:
    if name == "reveal":
        return is_allowed(dataset, actor)
    if name == "evolve":
        return dataset.resource.published_id not in (None, dataset.schema.entry_id)
    return name == "retain" or dataset.state == "open"


def _consumers(actor: Actor, dataset: Dataset) -> list[Any]:
    rows = Subscription.objects.visible_to(actor).filter(dataset=dataset).exclude(state="ended")
    found: list[Any] = list(
        rows.select_related("department", "system").order_by("created_at")[:_CONSUMERS]
    )
    for lane in found:
        lane.mode_word = words.MODES[lane.mode]
        lane.state_word = words.badge(words.SUBSCRIPTION_STATES, lane.state)
        lane.lag = max(dataset.last_number - lane.position, 0)
    return found


def _titles(table: dict[str, tuple[Any, str]]) -> list[tuple[str, Any]]:
    return [(word, title) for word, (title, _badge) in table.items()]
