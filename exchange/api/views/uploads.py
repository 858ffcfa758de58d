from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actor import Actor
from accounts.api.uploads import AnyBody
from exchange.actions.uploads import (
    cancel_upload,
    finish_upload,
    open_upload,
    read_upload_rejects,
    receive_part,
    rehearse_upload,
)
from exchange.api import publishing_examples
from exchange.api.intake import body_chunks, check_length, format_of
from exchange.api.rendering import MEDIA_TYPES, Unnegotiated, media_answers, read_format
from exchange.api.serializers.datasets import ReceiptOut
from exchange.api.serializers.uploads import UploadIn, UploadOut
from exchange.api.views.batches import REJECTS, receipt_of, rehearsal_of
from exchange.models import Dataset, Upload
from exchange.rights import require_publisher
from kernel.api import ApiView, In
from kernel.digests import announced_digest
from kernel.errors import Invalid
from kernel.idempotency import read_key
from kernel.parsers import StrictJSONParser

_PARTS = ("PUT", "PATCH")
_BYTES = {"application/octet-stream": OpenApiTypes.BINARY}


class UploadView(ApiView):
    """Publications that arrive in parts."""

    model = Upload
    out = UploadOut
    into = {"create": UploadIn, "finish": In, "rehearse": In}
    answers = {
        "finish": {201: ReceiptOut, 200: ReceiptOut},
        "rehearse": {200: ReceiptOut},
        "part": {204: None},
        "put_part": {204: None},
    }
    bodies = {"part": _BYTES, "put_part": _BYTES}
    examples = {"create": publishing_examples.UPLOAD}
    related = ("dataset__schema", "batch")
    own_idempotency = True
    # A part names the offset that it goes on from, which no other part may have taken.
    unconditional = True

    @property
    def call_headers(self) -> tuple[str, ...]:
        """What a part takes in headers, for the API document."""
        return ("Upload-Offset", "Content-Digest") if self.action in ("part", "put_part") else ()

    def get_parsers(self) -> list[BaseParser]:
        """A part is bytes, whatever they are said to be."""
        is_part = getattr(self.request, "method", "") in _PARTS
        return [AnyBody()] if is_part else [StrictJSONParser()]

    def list(self, request: Request, **kwargs: Any) -> Response:
        """The caller's own uploads to the dataset."""
        rows = self.get_queryset().filter(dataset=self._dataset())
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(self.shapes(page))

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Begin a body of known size; its parts follow, then its finish publishes it.

        The Idempotency-Key is that of the publication: with it a lost answer is asked for again.
        """
        dataset = self._dataset()
        require_publisher(dataset, self.actor)
        key, values = read_key(request) or "", self.read(request)
        made, known = open_upload(dataset, actor=self.actor, key=key, **values)
        answer = self._told(made, status=201)
        answer["Location"] = f"/api/v1/datasets/{dataset.pk}/uploads/{made.pk}"
        if known:
            answer["Idempotent-Replayed"] = "true"
        return answer

    def retrieve(self, request: Request, **kwargs: Any) -> Response:
        """How much is safely here: member ``offset``, header ``Upload-Offset``."""
        return self._told(self._upload())

    def part(self, request: Request, **kwargs: Any) -> Response:
        """The bytes from ``Upload-Offset`` on; answered when they are on the disk for good."""
        upload = self._upload()
        done = receive_part(
            upload,
            actor=self.actor,
            offset=_offset(request),
            chunks=_arriving(request),
            digest=announced_digest(request.headers.get("Content-Digest")),
        )
        return Response(status=204, headers=_place(done))

    def put_part(self, request: Request, **kwargs: Any) -> Response:
        """The same as PATCH, for clients that have no PATCH."""
        return self.part(request, **kwargs)

    def finish(self, request: Request, **kwargs: Any) -> Response:
        """Publish what arrived, exactly as a body sent at once; a repetition is answered alike."""
        self.read(request)
        upload = self._upload()
        format, encoding = format_of(upload.content_type)
        done = finish_upload(upload, actor=self.actor, format=format, encoding=encoding)
        return receipt_of(self, done)

    def rehearse(self, request: Request, **kwargs: Any) -> Response:
        """What its finish would do now, as ``dry_run`` says it of a body sent at once."""
        self.read(request)
        upload = self._upload()
        format, encoding = format_of(upload.content_type)
        return rehearsal_of(
            rehearse_upload(upload, actor=self.actor, format=format, encoding=encoding)
        )

    def destroy(self, request: Request, **kwargs: Any) -> Response:
        """Cancel it; what arrived is removed."""
        cancel_upload(self._upload(), actor=self.actor)
        return Response(status=204)

    def _dataset(self) -> Dataset:
        found: Dataset = self.fetch(_seen(self.actor), self.kwargs["dataset"])
        return found

    def _upload(self) -> Upload:
        rows = self.get_queryset().filter(dataset=self._dataset())
        found: Upload = self.fetch(rows, self.kwargs["upload"])
        return found

    def _told(self, upload: Upload, status: int = 200) -> Response:
        answer = self.show(upload, status=status)
        for name, value in _place(upload).items():
            answer[name] = value
        return answer


def _place(upload: Upload) -> dict[str, str]:
    return {"Upload-Offset": str(upload.received), "Upload-Length": str(upload.size)}


def _offset(request: Request) -> int:
    text = request.headers.get("Upload-Offset", "")
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Invalid.field("Upload-Offset", "say in this header where the part begins")
    return int(text)


def _arriving(request: Request) -> Iterator[bytes]:
    """The part's bytes; BodyUnreadable behind the last one if it is not whole."""
    size = 0
    for chunk in body_chunks(request):
        size += len(chunk)
        yield chunk
    check_length(request, size)


class UploadRejectsView(ApiView):
    """The rows of an upload that break the rules."""

    model = Upload
    answers = {"retrieve": media_answers(*REJECTS)}
    related = ("dataset__schema",)
    content_negotiation_class = Unnegotiated

    def retrieve(self, request: Request, **kwargs: Any) -> FileResponse:
        """With line, columns, reasons and their values in full, before anything is published.

        As CSV, NDJSON or XLSX.
        """
        dataset: Dataset = self.fetch(_seen(self.actor), kwargs["dataset"])
        rows = self.get_queryset().filter(dataset=dataset)
        upload: Upload = self.fetch(rows, kwargs["upload"])
        wanted = read_format(request, "csv", REJECTS)
        format, encoding = format_of(upload.content_type)
        file = read_upload_rejects(
            upload, actor=self.actor, format=format, encoding=encoding, wanted=wanted
        )
        name = f"rejects.{wanted}"
        return FileResponse(
            file, as_attachment=True, filename=name, content_type=MEDIA_TYPES[wanted]
        )


def _seen(actor: Actor) -> QuerySet[Dataset]:
    return Dataset.objects.visible_to(actor).select_related("schema")
