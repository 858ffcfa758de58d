"""Documents that prove what the register says (立项文件, 预算指标文件, 系统截图)."""

import hashlib
import re
from pathlib import PurePosixPath

from django.db import transaction

from accounts import audit
from accounts.actor import Actor
from accounts.documents import EXTENSIONS, media_type_of
from accounts.errors import AttachmentRefused, AttachmentTooLarge, TooManyAttachments
from accounts.models import InformationSystem, SystemAttachment
from accounts.permissions import Perm
from accounts.policy import require
from kernel.texts import Text

MOST_BYTES = 10 * 1024 * 1024
MOST_EACH = 50
# Also marks that turn the direction of reading, with which fdp.exe reads as exe.pdf.
_UNSAFE = re.compile(
    r'[\x00-\x1f\x7f<>:"/\\|?*\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]'
)


@transaction.atomic
def attach_document(
    system: InformationSystem, *, actor: Actor, title: str, file_name: str, content: bytes
) -> SystemAttachment:
    """Keep a document of at most 10 MiB; the same bytes under the same title are kept once.

    Its kind is told by its bytes, and its name must end as that kind does.
    """
    require(actor, Perm.SYSTEM_CHANGE, system.department_id)
    if len(content) > MOST_BYTES:
        raise AttachmentTooLarge(
            Text("at most {most} bytes are kept", most=MOST_BYTES), limit=MOST_BYTES
        )
    media_type, name = _kind(content, file_name), clean_name(file_name)
    # One at a time, so that the limit holds.
    locked = InformationSystem.objects.select_for_update(no_key=True).get(pk=system.pk)
    digest = hashlib.sha256(content).hexdigest()
    rows = SystemAttachment.objects.filter(system=locked).defer("content")
    same = rows.filter(digest=digest, title=title).first()
    if same is not None:
        return same
    if rows.count() >= MOST_EACH:
        raise TooManyAttachments(limit=MOST_EACH)
    row = SystemAttachment.objects.create(
        system=locked,
        title=title,
        file_name=name,
        media_type=media_type,
        size=len(content),
        digest=digest,
        content=content,
    )
    audit.record(actor, "attachment.added", locked, title=title, digest=digest, size=row.size)
    return row


@transaction.atomic
def remove_attachment(row: SystemAttachment, *, actor: Actor) -> None:
    """Take a document out of the register; the trail keeps its title and digest."""
    require(actor, Perm.SYSTEM_CHANGE, row.system.department_id)
    audit.record(actor, "attachment.removed", row.system, title=row.title, digest=row.digest)
    row.delete()


def clean_name(file_name: str) -> str:
    """A file name without folders and without what file systems choke on, at most 200 long."""
    plain = PurePosixPath(file_name.replace("\\", "/")).name
    kept = _UNSAFE.sub("_", plain).strip(". ")
    stem, dot, end = kept.rpartition(".")
    return f"{stem[: 199 - len(end)]}{dot}{end}" if stem else kept[:200]


def _kind(content: bytes, file_name: str) -> str:
    media_type = media_type_of(content)
    if media_type is None:
        kinds = [ending for endings in EXTENSIONS.values() for ending in endings]
        raise AttachmentRefused(
            Text("the bytes are none of: {known}; macros are not kept either", known=kinds)
        )
    if not clean_name(file_name).lower().endswith(EXTENSIONS[media_type]):
        raise AttachmentRefused(
            Text(
                "the bytes are {media_type}, so the name must end in {ending}",
                media_type=media_type,
                ending=EXTENSIONS[media_type][0],
            )
        )
    return media_type
