"""The documents that prove what the register says: the part of the form, and the downloads."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.attachments import MOST_BYTES, attach_document, remove_attachment
from accounts.downloads import document_answer
from accounts.models import InformationSystem, SystemAttachment
from accounts.permissions import Perm
from accounts.portal.access import signed_in
from accounts.portal.entry import DOCUMENTS
from accounts.portal.forms import PortalForm
from accounts.portal.listing import reader
from accounts.portal.registering import mine, places
from accounts.portal.systems import found_system
from kernel.errors import Conflict, Invalid, Malformed, TooLarge
from kernel.pages import page
from kernel.problems import Problem, refusal
from kernel.rows import fetch


class DocumentForm(PortalForm):
    """A document and what it is called."""

    title = forms.CharField(
        label=_("What it is"),
        max_length=120,
        help_text=_("Such as the approval of the project, the budget, a screenshot."),
    )
    document = forms.FileField(
        label=_("File"),
        max_length=200,
        help_text=_("PDF, OFD, JPEG, PNG, Word or Excel without macros, at most 10 MiB."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.ofd,.jpg,.jpeg,.png,.docx,.xlsx"}),
    )

    def clean_document(self) -> object:
        """Refuse what is too large before it is read."""
        sent = self.cleaned_data["document"]
        if sent.size > MOST_BYTES:
            raise forms.ValidationError(gettext("Choose a file of at most 10 MiB."), "too-large")
        return sent


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def documents_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The documents of a system, and the form that adds one."""
    actor, row = mine(request, pk)
    if request.method != "POST":
        return _shown(request, row, DocumentForm.blank(row, actor))
    form = DocumentForm.filled(row, actor, request)
    if not form.is_valid():
        return _shown(request, row, form, status=422)
    sent = form.cleaned_data["document"]
    told = {"title": form.cleaned_data["title"], "file_name": sent.name}
    try:
        attach_document(row, actor=actor, content=sent.read(), **told)
    except (Conflict, Invalid, Malformed, TooLarge) as refused:
        problem = refusal(refused)
        return _shown(request, row, form, refused=problem, status=problem.status)
    messages.success(request, gettext("The document is kept."))
    return redirect("system-documents", pk=pk)


@require_POST
@signed_in
def document_remove(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
    """Take a document out of the register."""
    actor, row = mine(request, pk)
    remove_attachment(_attachment(row, document), actor=actor)
    messages.success(request, gettext("The document is taken out; the trail keeps its title."))
    return redirect("system-documents", pk=pk)


@require_GET
@signed_in
def system_document(request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
    """A document of the system, as a download."""
    row = found_system(reader(request, Perm.SYSTEM_VIEW), pk)
    return document_answer(_attachment(row, document))


def _attachment(row: InformationSystem, pk: UUID) -> SystemAttachment:
    return fetch(SystemAttachment.objects.filter(system=row).select_related("system"), pk)


def _shown(
    request: HttpRequest,
    row: InformationSystem,
    form: DocumentForm,
    *,
    refused: Problem | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "system": row,
        "form": form,
        "places": places(row, DOCUMENTS),
        "attachments": row.attachments.defer("content").order_by("pk"),
        "summary": form.summary,
        "refused": refused,
    }
    return page(request, "accounts/system_documents.html", context, status=status)
