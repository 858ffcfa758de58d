"""Answers that are files to save, the same through every door."""

import tempfile
from pathlib import Path
from typing import Any

from django.http import FileResponse, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header as content_disposition

from accounts.documents import XLSX
from accounts.models import SystemAttachment
from accounts.register.reading import CSV
from accounts.register.writing import write_csv, write_workbook


def form_answer(rows: Any, kind: str, charset: str) -> FileResponse:
    """The rows as a file to save."""
    # Unlinked at once: the space is free when the answer has been read.
    with tempfile.TemporaryDirectory(prefix="form-") as folder:
        path = Path(folder) / f"form.{kind}"
        if kind == "xlsx":
            write_workbook(path, rows)
        else:
            write_csv(path, rows, charset)
        file = path.open("rb")
    name = f"信息系统登记表-{timezone.localdate():%Y%m%d}.{kind}"
    media_type = XLSX if kind == "xlsx" else f"{CSV}; charset={charset}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=media_type)


def document_answer(row: SystemAttachment) -> HttpResponse:
    """A document's bytes as a download that no browser opens by itself."""
    answer = HttpResponse(bytes(row.content), content_type=row.media_type)
    answer.headers["Content-Disposition"] = content_disposition(True, row.file_name) or "attachment"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
