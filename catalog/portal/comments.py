"""Comments on the fields of a version: written and settled on the page of its entry."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.actor import Actor
from accounts.portal.access import signed_in
from accounts.portal.steps import Sent
from catalog.actions.comments import resolve_comment, write_comment
from catalog.models import Comment, Resource
from catalog.portal.resources import shown_again
from kernel.errors import DomainError
from kernel.rows import fetch

LONGEST = 400


@require_POST
@signed_in
def comment_write(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say something of one place of the version in work."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    row = fetch(Resource.objects.visible_to(actor), pk)
    pointer, text = request.POST.get("pointer", ""), request.POST.get("text", "").strip()
    if not text or len(text) > LONGEST:
        said = gettext("Write something, in at most 400 characters.")
        more = {"comment_error": said, "comment_text": text, "comment_place": pointer}
        summary = [("comment_text", said)]
        return shown_again(request, pk, Sent(status=422), tab="versions", summary=summary, **more)
    try:
        write_comment(row, actor=actor, pointer=pointer, text=text)
    except DomainError as refused:
        more = {"comment_text": text, "comment_place": pointer}
        return shown_again(request, pk, Sent.of(refused), tab="versions", **more)
    messages.success(request, gettext("The comment is on the page of the entry."))
    return _back(pk)


@require_POST
@signed_in
def comment_resolve(request: HttpRequest, pk: UUID, comment: UUID) -> HttpResponse:
    """Settle a comment."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = Comment.objects.visible_to(actor).filter(entry__resource_id=pk)
    row = fetch(rows.select_related("entry"), comment)
    try:
        resolve_comment(row, actor=actor)
    except DomainError as refused:
        return shown_again(request, pk, Sent.of(refused), tab="versions")
    messages.success(request, gettext("The comment is settled."))
    return _back(pk)


def _back(pk: UUID) -> HttpResponse:
    return redirect(f"{reverse('resource', args=[pk])}?tab=versions#comments")
