"""What kind of document some bytes are, told by the bytes themselves; never by what was said."""

import zipfile
from io import BytesIO

from kernel.archives import count_entries

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
_OFFICE = "application/vnd.openxmlformats-officedocument"
XLSX = f"{_OFFICE}.spreadsheetml.sheet"
DOCX = f"{_OFFICE}.wordprocessingml.document"
OFD = "application/ofd"  # GB/T 33190

EXTENSIONS = {
    PDF: (".pdf",),
    JPEG: (".jpg", ".jpeg"),
    PNG: (".png",),
    XLSX: (".xlsx",),
    DOCX: (".docx",),
    OFD: (".ofd",),
}
_BEGINNINGS = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
_MARKS = (("xl/workbook.xml", XLSX), ("word/document.xml", DOCX), ("OFD.xml", OFD))
_MOST_PARTS = 20_000


def media_type_of(content: bytes) -> str | None:
    """The media type of a document of a kind that is kept; None for all others.

    Office documents with macros are not kept.
    """
    for beginning, media_type in _BEGINNINGS:
        if content.startswith(beginning):
            return media_type
    return _packed_type(content) if content.startswith(b"PK\x03\x04") else None


def _packed_type(content: bytes) -> str | None:
    if count_entries(BytesIO(content), _MOST_PARTS) > _MOST_PARTS:
        return None
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError):
        return None
    if any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next((media_type for mark, media_type in _MARKS if mark in names), None)
