"""Publishing a file by hand: sent, played through, its wrong rows shown, and then confirmed."""

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actor import Actor
from accounts.documents import XLSX
from accounts.permissions import Perm
from accounts.policy import require
from accounts.portal.access import signed_in
from accounts.portal.form_pages import attempt, form_page
from accounts.portal.forms import PortalForm
from accounts.register.reading import CSV
from exchange import faults
from exchange.actions.rehearsals import Rehearsed
from exchange.actions.uploads import (
    cancel_upload,
    finish_upload,
    open_upload,
    read_upload_rejects,
    receive_part,
    rehearse_upload,
)
from exchange.dataplane.schema import Schema
from exchange.dataplane.sniffing import Kind, kind_of
from exchange.dataplane.workbooks import workbook_as_csv
from exchange.models import Dataset, Upload
from exchange.portal import fault_words
from exchange.portal import lane_words as words
from exchange.portal.datasets import dataset_of, name_of
from exchange.storage import store
from kernel.errors import DomainError, NotFound
from kernel.pages import page
from kernel.problems import Problem, refusal
from kernel.rows import fetch

_PIECE = 1024 * 1024
_MEDIA = {
    "csv": CSV,
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.stream",
}
_FORMATS = {media_type: name for name, media_type in _MEDIA.items()}
_REJECTS = {"csv": f"{CSV}; charset=utf-8", "xlsx": XLSX, "ndjson": "application/x-ndjson"}


class PublishForm(PortalForm):
    """A file, and how its rows are meant; the row is the dataset."""

    body = forms.FileField(
        label=_("File"),
        help_text=_("CSV, Excel, JSON, NDJSON, Parquet or Arrow; told by what it holds."),
    )
    kind = forms.ChoiceField(label=_("How the rows are meant"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        """What the dataset takes."""
        is_table = self.row.kind == Dataset.Kind.TABLE
        field: Any = self.fields["kind"]
        field.choices = list((_TABLE if is_table else _EVENTS).items())
        field.initial = next(iter(dict(field.choices)))


_TABLE = {
    "snapshot": _("The whole table: rows that are not in the file are removed"),
    "changes": _("Changes: the rows of the file are added or replace those of the same key"),
}
_EVENTS = {"append": _("New events, added to those before")}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def publish_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send a file; nothing is published before it was looked at and confirmed."""
    dataset, actor = _publishable(request, pk)
    form = PublishForm.of(dataset, actor, request)
    upload = refused = None
    if form.is_bound:
        upload, refused = attempt(form, lambda: _received(dataset, actor, form.cleaned_data))
    if upload:
        return redirect("publish-look", pk=pk, upload=upload.pk)
    return form_page(
        request,
        form,
        title=_("Publish a file"),
        back=reverse("dataset", args=[pk]),
        refused=refused,
        template="exchange/publish.html",
        dataset=dataset,
        name=name_of(dataset),
        items=Schema.from_json(dataset.schema.body).items,
        most=settings.MAX_BODY_BYTES,
        waiting=list(_own(actor, dataset).filter(state="open").order_by("-created_at")[:20]),
    )


@require_GET
@signed_in
def publish_look(request: HttpRequest, pk: UUID, upload: UUID) -> HttpResponse:
    """What publishing the file would do now: counts, and the wrong rows with what mends them."""
    dataset, actor = _publishable(request, pk)
    row = _upload(actor, dataset, upload)
    if row.state != "open":
        return redirect("dataset", pk=pk)
    format, encoding = _format_of(row)
    try:
        found = rehearse_upload(row, actor=actor, format=format, encoding=encoding)
    except DomainError as wrong:
        return _looked(request, dataset, row, refused=refusal(wrong))
    return _looked(request, dataset, row, found)


@require_POST
@signed_in
def publish_confirm(request: HttpRequest, pk: UUID, upload: UUID) -> HttpResponse:
    """Publish what was looked at; a refusal is said on the page and changes nothing."""
    dataset, actor = _publishable(request, pk)
    row = _upload(actor, dataset, upload)
    format, encoding = _format_of(row)
    try:
        done = finish_upload(row, actor=actor, format=format, encoding=encoding)
    except DomainError as wrong:
        return _looked(request, dataset, row, refused=refusal(wrong))
    if done.batch is None:
        messages.info(request, str(_("The file says the same as is published: nothing changed.")))
        return redirect("dataset", pk=pk)
    messages.success(request, str(_("The batch is published.")))
    return redirect("batch", pk=pk, number=done.batch.number)


@require_POST
@signed_in
def publish_cancel(request: HttpRequest, pk: UUID, upload: UUID) -> HttpResponse:
    """Give the file up; it is removed."""
    dataset, actor = _publishable(request, pk)
    with contextlib.suppress(DomainError):
        cancel_upload(_upload(actor, dataset, upload), actor=actor)
    messages.success(request, str(_("The file is removed; nothing was published.")))
    return redirect("dataset-publish", pk=pk)


@require_GET
@signed_in
def publish_rejects(request: HttpRequest, pk: UUID, upload: UUID) -> FileResponse:
    """The wrong rows with their reasons, to be mended."""
    dataset, actor = _publishable(request, pk)
    row, wanted = _upload(actor, dataset, upload), request.GET.get("as", "xlsx")
    if wanted not in _REJECTS:
        raise NotFound()
    format, encoding = _format_of(row)
    file = read_upload_rejects(row, actor=actor, format=format, encoding=encoding, wanted=wanted)
    name = f"rejects.{wanted}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=_REJECTS[wanted])


def _publishable(request: HttpRequest, pk: UUID) -> tuple[Dataset, Actor]:
    dataset = dataset_of(request, pk)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Perm.BATCH_PUBLISH, dataset.department_id)
    return dataset, actor


def _own(actor: Actor, dataset: Dataset) -> Any:
    rows = Upload.objects.visible_to(actor).filter(dataset=dataset)
    return rows.select_related("dataset__schema", "batch")


def _upload(actor: Actor, dataset: Dataset, pk: UUID) -> Upload:
    return fetch(_own(actor, dataset), pk)


def _received(dataset: Dataset, actor: Actor, said: dict[str, Any]) -> Upload:
    """The file as an upload, in a format that a publication takes."""
    with _as_file(said["body"]) as path:
        kind = faults.guarded(lambda: kind_of(path))
        if kind.format == "xlsx":
            schema, sheet = Schema.from_json(dataset.schema.body), path.with_suffix(".sheet")
            faults.guarded(lambda: workbook_as_csv(path, schema, sheet))
            path, kind = sheet, Kind("csv")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        charset = f"; charset={kind.encoding}" if kind.format == "csv" else ""
        upload, _known = open_upload(
            dataset,
            actor=actor,
            kind=said["kind"],
            content_type=f"{_MEDIA[kind.format]}{charset}",
            size=path.stat().st_size,
            digest=digest,
        )
        return receive_part(upload, actor=actor, offset=0, chunks=_pieces(path))


@contextlib.contextmanager
def _as_file(sent: UploadedFile) -> Iterator[Path]:
    with store().workspace() as folder:
        path = folder / "body"
        with path.open("wb") as file:
            for chunk in sent.chunks():
                file.write(chunk)
        yield path


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _format_of(upload: Upload) -> tuple[str, str]:
    media_type, _sep, charset = upload.content_type.partition(";")
    encoding = "gb18030" if "gb18030" in charset else "utf-8"
    return _FORMATS.get(media_type.strip(), "csv"), encoding


def _looked(
    request: HttpRequest,
    dataset: Dataset,
    upload: Upload,
    found: Rehearsed | None = None,
    refused: Problem | None = None,
) -> HttpResponse:
    format, encoding = _format_of(upload)
    prepared = found.prepared if found else None
    context = {
        "dataset": dataset,
        "name": name_of(dataset),
        "upload": upload,
        "kind": words.BATCH_KINDS[upload.kind],
        "format": words.FILE_FORMATS[format],
        "encoding": encoding.upper(),
        "found": found,
        "prepared": prepared,
        "reason": fault_words.REASONS.get(found.reason, found.reason) if found else "",
        "errors": fault_words.told_errors(prepared, dataset) if prepared else [],
        "counts": fault_words.told_counts(prepared) if prepared else [],
        "unreadable": fault_words.told_problem(refused) if refused else None,
        "refused": refused,
    }
    status = refused.status if refused else 200
    return page(request, "exchange/publish_look.html", context, status=status)
