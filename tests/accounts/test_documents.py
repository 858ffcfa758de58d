"""The kind of a document is told by its bytes."""

import zipfile
from io import BytesIO

import pytest

from accounts.documents import DOCX, JPEG, OFD, PDF, PNG, XLSX, media_type_of
from tests.architecture.bad_input import listing


def packed(*names):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7\n", PDF),
        (b"\xff\xd8\xff\xe0", JPEG),
        (b"\x89PNG\r\n\x1a\n", PNG),
        (packed("[Content_Types].xml", "xl/workbook.xml"), XLSX),
        (packed("[Content_Types].xml", "word/document.xml"), DOCX),
        (packed("OFD.xml", "Doc_0/Document.xml"), OFD),
        (packed("word/document.xml", "word/vbaProject.bin"), None),
        (packed("run.exe"), None),
        (b"PK\x03\x04 broken", None),
        (b"MZ\x90", None),
        (b"<html><script>", None),
        (b"", None),
    ],
)
def test_bytes_tell_the_kind(content, media_type):
    assert media_type_of(content) == media_type


def test_an_archive_of_very_many_parts_is_not_even_listed():
    assert media_type_of(listing(220_000)) is None
