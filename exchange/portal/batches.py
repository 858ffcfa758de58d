"""Batches in the portal: the log of a dataset, one batch, its rejected rows, and its recall."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.documents import XLSX
from accounts.models import InformationSystem, User
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.forms import ReasonForm
from accounts.portal.listing import list_view
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from accounts.register.reading import CSV
from exchange.actions.recalls import recall_batch
from exchange.actions.rejects import read_rejects
from exchange.models import Batch, Delivery
from exchange.portal import cells as own_cells
from exchange.portal import lane_words as words
from exchange.portal.datasets import dataset_of, name_of
from exchange.portal.revealing import reveal_facts
from kernel import cells
from kernel.errors import NotFound
from kernel.lists import Column, DayFilter, Filter, List
from kernel.pages import page

_RECEIVERS = 50
_REJECTS = {"csv": f"{CSV}; charset=utf-8", "xlsx": XLSX, "ndjson": "application/x-ndjson"}

STEPS = {
    "recall": Step(
        recall_batch,
        ReasonForm,
        (Perm.BATCH_RECALL,),
        _("Take this batch back"),
        _("The batch was taken back; nobody is given it any more."),
        lambda batch: batch.dataset.department_id,
        _("Take this batch back? Each department that has it is told."),
    ),
}


_FAULTS: dict[str, Any] = {
    "rejected": _("with rows set aside"),
    "recalled": _("taken back"),
    "damaged": _("damaged"),
}
_FAULT_LOOKUPS: dict[str, dict[str, Any]] = {
    "rejected": {"rejected__gt": 0},
    "recalled": {"recalled_by__isnull": False},
    "damaged": {"damaged_at__isnull": False},
}


class BatchList(List):
    """What was published, the last first; of one dataset where the address names it."""

    title = _("Batches")
    lead = _("Each publication makes a batch; receivers read them in the order of their numbers.")
    nothing = _("Nothing was published yet.")
    keeps = ("dataset",)
    order = ("-created_at", "-number")
    filters = (
        Filter("kind", _("Kind"), lambda actor: words.BATCH_KINDS.items(), "kind"),
        Filter(
            "fault",
            _("Conspicuous"),
            lambda actor: _FAULTS.items(),
            apply=lambda rows, value: rows.filter(**_FAULT_LOOKUPS[value]),
        ),
        DayFilter("from", _("From"), "created_at__date__gte"),
        DayFilter("to", _("To"), "created_at__date__lte"),
    )
    columns = (
        Column(
            "number",
            _("Batch"),
            lambda row: row.number,
            own_cells.batch,
            is_number=True,
        ),
        Column("dataset", _("Dataset"), lambda row: name_of(row.dataset), width=40),
        Column("kind", _("Kind"), lambda row: words.BATCH_KINDS[row.kind]),
        Column(
            "published",
            _("Published"),
            lambda row: row.created_at,
            cells.moment,
            ("created_at",),
        ),
        Column("received", _("Rows"), lambda row: row.received, is_number=True),
        Column("inserted", _("New rows"), lambda row: row.inserted, is_number=True),
        Column("updated", _("Changed rows"), lambda row: row.updated, is_number=True),
        Column("deleted", _("Removed rows"), lambda row: row.deleted, is_number=True),
        Column("rejected", _("Set aside"), lambda row: row.rejected, is_number=True),
        Column("size", _("Bytes"), lambda row: row.size, is_number=True, is_extra=True),
        Column("digest", _("Digest"), lambda row: row.digest, is_extra=True, width=66),
    )

    def rows(self) -> Any:
        """Of the dataset named, or of all that the person may see."""
        rows = Batch.objects.visible_to(self.actor)
        rows = rows.select_related("dataset__resource__published", "recalled_by")
        named = self.query.get("dataset", "")
        if not named:
            return rows
        try:
            return rows.filter(dataset_id=UUID(named))
        except ValueError:
            return rows.none()

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the address of each."""
        for row in rows:
            row.link = reverse("batch", args=[row.dataset_id, row.number])
        return rows


batch_list = list_view(BatchList, Perm.DATASET_VIEW)


@require_GET
@signed_in
def batch_page(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """One batch: its counts and digests, who published it, who has it, and its recall."""
    return _shown(request, _batch(request, pk, number))


@require_POST
@signed_in
def batch_step(request: HttpRequest, pk: UUID, number: int, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    batch = _batch(request, pk, number)
    return take_step(request, batch, verb, STEPS, _shown, to="batch", pk=pk, number=number)


@require_GET
@signed_in
def batch_rejects(request: HttpRequest, pk: UUID, number: int) -> FileResponse:
    """The rows that were set aside, for who may publish the dataset."""
    batch = _batch(request, pk, number)
    kind = request.GET.get("as", "csv")
    if kind not in _REJECTS:
        raise NotFound()
    file = read_rejects(batch, actor=request.actor, format=kind)  # type: ignore[attr-defined]
    name = f"rejects-{batch.number}.{kind}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=_REJECTS[kind])


def _batch(request: HttpRequest, pk: UUID, number: int) -> Batch:
    related = ("schema", "dataset__resource__published", "dataset__department", "recalled_by")
    rows = Batch.objects.filter(dataset=dataset_of(request, pk), number=number)
    found: Batch | None = rows.select_related(*related).first()
    if found is None:
        raise NotFound()
    return found


def _shown(request: HttpRequest, batch: Batch, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    owner = batch.dataset.department_id
    seen = Delivery.objects.visible_to(actor).filter(
        subscription__dataset=batch.dataset_id, number=batch.number
    )
    context = {
        "batch": batch,
        "dataset": batch.dataset,
        "name": name_of(batch.dataset),
        "kind": words.BATCH_KINDS[batch.kind],
        "publisher": _publisher(batch),
        "receivers": list(
            seen.select_related("subscription__system", "subscription__department").order_by(
                "delivered_at", "pk"
            )[:_RECEIVERS]
        ),
        "rejects": _REJECTS
        if batch.rejected and not batch.expired_at and may(actor, Perm.BATCH_PUBLISH, owner)
        else (),
        **reveal_facts(batch.dataset, actor),
        **sent.context(batch, actor, STEPS, lambda name: _is_recallable(batch)),
    }
    return page(request, "exchange/batch.html", context, status=sent.status)


def _is_recallable(batch: Batch) -> bool:
    return batch.kind != Batch.Kind.RECALL and not batch.recalled_by_id and not batch.expired_at


def _publisher(batch: Batch) -> str:
    """Who published it: a system, or a person by name."""
    system = InformationSystem.objects.filter(pk=batch.publisher_id).first()
    if system:
        return system.name
    person = User.objects.filter(pk=batch.publisher_id).first()
    return person.name if person else ""
