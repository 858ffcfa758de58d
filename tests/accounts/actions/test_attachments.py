"""Documents of the register: kinds told by their bytes, kept once, named safely."""

import pytest

from accounts.actions.attachments import attach_document, clean_name, remove_attachment
from accounts.errors import AttachmentRefused
from accounts.models import AuditEvent, SystemAttachment
from kernel.errors import Forbidden
from tests.factories.accounts import SystemFactory

PDF = b"%PDF-1.7\n"
PAPER = {"title": "立项文件", "file_name": "立项.pdf", "content": PDF}


@pytest.fixture
def system(department):
    return SystemFactory(department=department)


def test_the_same_document_is_kept_once_and_another_title_is_another(system, admin):
    first = attach_document(system, actor=admin, **PAPER)
    assert attach_document(system, actor=admin, **PAPER).pk == first.pk
    assert attach_document(system, actor=admin, **PAPER | {"title": "预算"}).pk != first.pk
    assert AuditEvent.objects.filter(verb="attachment.added").count() == 2


@pytest.mark.parametrize(
    ("content", "file_name"),
    [(b"<script>alert(1)</script>", "立项.pdf"), (PDF, "立项.docx"), (PDF, "立项.pdf.exe")],
)
def test_bytes_and_name_must_be_of_one_kind(system, admin, content, file_name):
    with pytest.raises(AttachmentRefused):
        attach_document(system, actor=admin, title="x", file_name=file_name, content=content)
    assert not SystemAttachment.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_removed_document_stays_in_the_trail(system, admin):
    row = attach_document(system, actor=admin, **PAPER)
    remove_attachment(row, actor=admin)
    assert not SystemAttachment.objects.exists()
    trace = AuditEvent.objects.get(verb="attachment.removed").detail
    assert (trace["title"], trace["digest"]) == ("立项文件", row.digest)


@pytest.mark.parametrize("role", ["steward", "head"])
def test_only_the_admin_adds_and_removes_documents(system, admin, actor_of, department, role):
    row = attach_document(system, actor=admin, **PAPER)
    other = actor_of(role, department)
    with pytest.raises(Forbidden):
        attach_document(system, actor=other, **PAPER | {"title": "别的"})
    with pytest.raises(Forbidden):
        remove_attachment(row, actor=other)
    assert list(SystemAttachment.objects.values_list("pk", flat=True)) == [row.pk]


def test_a_long_name_keeps_its_ending():
    name = clean_name("../../" + "长" * 300 + ".pdf")
    assert (len(name), name[-4:], name[0]) == (200, ".pdf", "长")
