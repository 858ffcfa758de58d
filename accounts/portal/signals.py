"""What is told of a system, month by month."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.permissions import Perm
from accounts.portal.access import signed_in
from accounts.portal.listing import reader
from accounts.portal.sparks import Spark, sparks_of
from accounts.portal.systems import found_system, head_of
from kernel.pages import page

_GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("Use by people"), ("login", "active_users", "transaction")),
    (
        _("Exchange of data"),
        (
            *("call_provided", "call_consumed", "batch_published"),
            *("subscriptions_open", "entries_linked", "entries_overdue"),
        ),
    ),
    (
        _("Upkeep and resources"),
        ("deployment", "cpu_percent", "storage_gb", "heartbeat", "credential_use"),
    ),
)


@require_GET
@signed_in
def signals_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The facts of thirteen months, each kind as a chart with its table."""
    actor = reader(request, Perm.SYSTEM_VIEW)
    row = found_system(actor, pk)
    found = {spark.kind: spark for spark in sparks_of(row.pk)}
    context = {
        **head_of(actor, row, "system-facts"),
        "groups": [(title, sparks) for title, kinds in _GROUPS if (sparks := _of(found, kinds))],
    }
    return page(request, "accounts/system_signals.html", context)


def _of(found: dict[str, Spark], kinds: tuple[str, ...]) -> list[Spark]:
    return [found[kind] for kind in kinds if kind in found]
