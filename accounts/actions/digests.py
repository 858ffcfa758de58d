"""Notices by e-mail: once a day what is new, to those who left an address."""

from uuid import UUID

import structlog
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from accounts.actor import CLOCK, Actor
from accounts.models import Member, Notice
from accounts.permissions import Perm
from accounts.policy import require

log = structlog.get_logger(__name__)
# So many notices stand in one message; the portal has all of them.
SHOWN = 50


def mail_digests(*, actor: Actor = CLOCK) -> int:
    """Send everybody with an address one message of what is new since the last; how many.

    A message that the server did not take is sent with the next digest: at least once, never lost.
    """
    require(actor, Perm.CALENDAR_LOAD)
    connection = get_connection()
    reachable = Member.objects.active().exclude(user__email="").order_by("pk")
    sent = 0
    for key in reachable.values_list("pk", flat=True):
        try:
            sent += _mail(key, connection)
        except OSError as fault:
            log.warning("digest_not_sent", member=str(key), error=type(fault).__name__)
    return sent


@transaction.atomic
def _mail(key: UUID, connection: BaseEmailBackend) -> int:
    found = Member.objects.select_for_update(skip_locked=True, of=("self",))
    member = found.select_related("user", "department").filter(pk=key).first()
    if member is None:
        return 0
    new = Notice.objects.filter(department=member.department, roles__overlap=member.roles)
    new = new.filter(created_at__gt=member.mailed_at or member.created_at).order_by("-pk")
    count, rows = new.count(), list(new[:SHOWN])
    if not rows:
        return 0
    with translation.override("zh-hans"):
        subject = gettext("%(count)s new notices for %(department)s") % {
            "count": count,
            "department": member.department.name,
        }
        body = render_to_string(
            "accounts/digest.txt", {"member": member, "notices": rows, "count": count}
        )
    EmailMessage(subject, body, to=[member.user.email], connection=connection).send()
    member.change(mailed_at=max(row.created_at for row in rows))
    return 1
