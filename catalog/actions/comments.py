"""Comments on the fields of a version: what reviewers and writers have to say to each other."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from catalog.errors import CommentResolved
from catalog.models import Comment, Entry, Resource
from catalog.pointers import names_place
from catalog.versions import in_progress
from kernel.errors import Forbidden, Invalid


@transaction.atomic
def write_comment(resource: Resource, *, actor: Actor, pointer: str, text: str) -> Comment:
    """Say something of one place of the version in work (catalog.pointers says what is a place).

    The authority comments on what reached it; what a department still writes is its own.
    """
    require(actor, Perm.COMMENT_WRITE, resource.department_id)
    if actor.id is None:
        raise Forbidden("only a person has something to say")
    entry = in_progress(resource)
    # A version that the actor may not see is none for it.
    if not Entry.objects.visible_to(actor).filter(pk=entry.pk).exists():
        raise Invalid.field("pointer", "no version in work has reached you", "not-found")
    if not names_place(pointer, entry.items.count()):
        raise Invalid.field("pointer", "names no place of this version, as /abstract does", "place")
    made = Comment.objects.create(
        entry=entry,
        pointer=pointer,
        text=text,
        written_by=actor.id,
        writer_name=actor.name[:60],
    )
    audit.record(actor, "comment.written", made, resource=str(resource.pk), pointer=pointer)
    return made


@transaction.atomic
def resolve_comment(comment: Comment, *, actor: Actor) -> Comment:
    """Settle a comment: it is answered or its cause is mended."""
    require(actor, Perm.COMMENT_RESOLVE, comment.entry.department_id)
    held = Comment.objects.select_for_update().get(pk=comment.pk)
    if held.resolved_at is not None:
        raise CommentResolved()
    held.change(resolved_by=actor.id, resolved_at=timezone.now())
    audit.record(actor, "comment.resolved", held, pointer=held.pointer)
    return held
