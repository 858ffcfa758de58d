"""Taking the register in from a form: upload, look at what it would do, confirm."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.imports import ATOMIC, PARTIAL, ImportResult, form_rows, import_systems
from accounts.actor import Actor
from accounts.documents import XLSX
from accounts.downloads import form_answer
from accounts.models import InformationSystem
from accounts.permissions import Perm
from accounts.policy import may, require
from accounts.portal.access import signed_in
from accounts.register.checking import FormFault
from accounts.register.hints import HINTS
from accounts.register.marking import mark_workbook
from accounts.register.reading import Form, read_form
from kernel.errors import DomainError, NotFound
from kernel.pages import page
from kernel.problems import refusal

# Kept between the look and the confirmation: in the cache, by a word that nobody can guess.
MOST_BYTES, MOST_SECONDS = 16 * 1024 * 1024, 1800
_SHOWN = 100
# How workbooks begin, of today and of old.
_BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def import_page(request: HttpRequest) -> HttpResponse:
    """Upload a form and see what it would do; nothing is written."""
    actor = _importer(request)
    upload = request.FILES.get("form")
    if request.method != "POST":
        return _shown(request)
    if upload is None or not upload.size or upload.size > MOST_BYTES:
        return _shown(request, refused=_("Choose a file of at most 16 MiB."), status=422)
    content = upload.read()
    kept = {
        "name": upload.name,
        "content": content,
        # By its bytes: what people call a file says little.
        "media_type": XLSX if content.startswith(_BOOKS) else "text/csv",
        "charset": "gb18030" if request.POST.get("charset") == "gb18030" else "utf-8",
    }
    try:
        with _form(kept) as (_path, form):
            result = import_systems(form, actor=actor, change_message="", is_dry_run=True)
    except DomainError as bad:
        problem = refusal(bad)
        return _shown(
            request, refused=_(problem.title), detail=problem.detail, status=problem.status
        )
    token = secrets.token_urlsafe(24)
    cache.set(_key(actor, token), kept, MOST_SECONDS)
    return _shown(request, result=result, token=token, name=kept["name"])


@require_POST
@signed_in
def import_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Write what was looked at: all rows, or the right ones."""
    actor = _importer(request)
    kept = _kept(actor, token)
    mode = PARTIAL if request.POST.get("mode") == PARTIAL else ATOMIC
    message = request.POST.get("change_message", "").strip()[:400] or _("Taken in from a form")
    try:
        with _form(kept) as (_path, form):
            done = import_systems(form, actor=actor, change_message=message, mode=mode)
    except DomainError as bad:
        problem = refusal(bad)
        return _shown(
            request, refused=_(problem.title), detail=problem.detail, status=problem.status
        )
    cache.delete(_key(actor, token))
    told = _("%(new)d systems registered, %(changed)d corrected, %(unchanged)d as they were.")
    messages.success(request, told % vars(done))
    return redirect("systems")


@require_GET
@signed_in
def import_marked(request: HttpRequest, token: str) -> HttpResponse | FileResponse:
    """The uploaded workbook with its wrong cells marked."""
    actor = _importer(request)
    kept = _kept(actor, token)
    if kept["media_type"] != XLSX:
        raise NotFound()
    with _form(kept) as (path, form):
        result = import_systems(form, actor=actor, change_message="", is_dry_run=True)
        content = mark_workbook(path, form.cells, result.faults)
    name = f"{Path(kept['name']).stem}-批注.xlsx"
    return FileResponse([content], as_attachment=True, filename=name, content_type=XLSX)


@require_GET
@signed_in
def template_file(request: HttpRequest) -> FileResponse:
    """The empty form."""
    return form_answer([], "xlsx", "utf-8")


@require_GET
@signed_in
def export_file(request: HttpRequest) -> FileResponse:
    """The systems that the person may see, as the form."""
    actor = request.actor  # type: ignore[attr-defined]
    require(actor, Perm.SYSTEM_VIEW)
    return form_answer(form_rows(InformationSystem.objects.visible_to(actor)), "xlsx", "utf-8")


@contextmanager
def _form(kept: dict[str, Any]) -> Iterator[tuple[Path, Form]]:
    with tempfile.TemporaryDirectory(prefix="form-") as folder:
        path = Path(folder) / "body"
        path.write_bytes(kept["content"])
        yield path, read_form(path, kept["media_type"], kept["charset"])


def _shown(
    request: HttpRequest, result: ImportResult | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    faults = result.faults if result else []
    context = {
        "result": result,
        "faults": [(fault, _hint(fault)) for fault in faults[:_SHOWN]],
        "hidden": max(len(faults) - _SHOWN, 0),
        "shows_cases": may(request.actor, Perm.ZOMBIE_VIEW),  # type: ignore[attr-defined]
        **more,
    }
    return page(request, "accounts/system_import.html", context, status=status)


def _hint(fault: FormFault) -> str:
    is_chinese = str(get_language()).startswith("zh")
    return HINTS.get(fault.code, fault.message) if is_chinese else fault.message


def _importer(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Perm.SYSTEM_IMPORT)
    return actor


def _key(actor: Actor, token: str) -> str:
    return f"register-form:{actor.scope}:{token}"


def _kept(actor: Actor, token: str) -> dict[str, Any]:
    kept: dict[str, Any] | None = cache.get(_key(actor, token))
    if kept is None:
        raise NotFound(_("This upload is no longer kept; choose the file again."))
    return kept
