"""Data that are open to everybody, as files to take away."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.models import Resource
from catalog.portal.limits import limited
from catalog.portal.open_files import OpenFile
from exchange.models import Snapshot
from exchange.opened import open_dataset, open_table, write_open
from kernel.errors import NotFound

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}
KEPT_SECONDS = 300


@require_safe
@limited
def open_data_file(request: HttpRequest, pk: UUID, suffix: str) -> HttpResponseBase:
    """The whole table of an open entry; answered 304 where it was not changed."""
    resource = Resource.objects.filter(pk=pk).select_related("published").first()
    found = open_table(resource) if resource and suffix in FORMATS else None
    if resource is None or found is None:
        raise NotFound()
    snapshot, columns = found
    mark = f'"{snapshot.digest}-{"-".join(columns)}-{suffix}"'
    if mark in request.headers.get("If-None-Match", ""):
        answer: Any = HttpResponseNotModified()
    else:
        answer = _file(snapshot, columns, suffix)
        name = f"{(resource.code or 'data').replace('/', '-')}.{suffix}"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["ETag"] = mark
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return answer


def open_files(resource: Resource) -> Iterator[OpenFile]:
    """The files of an open entry's data."""
    if open_dataset(resource):
        for suffix in FORMATS:
            address = reverse("open-data-file", args=[resource.pk, suffix])
            yield OpenFile(suffix.upper() if suffix != "parquet" else "Parquet", address)


def _file(snapshot: Snapshot, columns: list[str], suffix: str) -> FileResponse:
    # Unlinked at once: the space is free when the answer has been read.
    with tempfile.TemporaryDirectory(prefix="open-") as folder:
        path = Path(folder) / f"data.{suffix}"
        write_open(snapshot, columns, suffix, path)
        file = path.open("rb")
    return FileResponse(file, content_type=FORMATS[suffix])
