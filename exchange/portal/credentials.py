"""Credentials of systems in the portal: issued, rotated and revoked; a secret is shown once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions.credentials import issue_credential, revoke_credential
from accounts.actor import Actor
from accounts.models import Credential
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.listing import list_view
from exchange.portal import lane_words as words
from exchange.portal.credential_forms import CredentialForm
from exchange.portal.keys import KeyList, issued
from exchange.portal.secret_pages import secret_page
from kernel import cells
from kernel.lists import Column, Filter
from kernel.rows import fetch

_SOON = timedelta(days=30)


class CredentialList(KeyList):
    """The keys with which systems call; those that end first come first."""

    title = _("Credentials of systems")
    lead = _("At most two valid keys of a kind, so that one can take over from the other.")
    nothing = _("No system has a key yet.")
    search = ("system__name__icontains", "prefix__icontains")
    search_title = _("System or beginning of the key")
    filters = (
        Filter(
            "state",
            _("State"),
            lambda actor: [("live", _("valid")), ("soon", _("ends soon")), ("over", _("over"))],
            apply=lambda rows, value: _in_state(rows, value),
        ),
        Filter("kind", _("Used to"), lambda actor: words.CREDENTIAL_KINDS.items(), "kind"),
        Filter("department", _("Department"), departments, "system__department_id"),
    )
    columns = (
        Column(
            "system", _("System"), lambda row: row.system.name, sort=("system__name",), width=36
        ),
        Column(
            "department",
            _("Department"),
            lambda row: row.system.department.name,
            sort=("system__department__name",),
            width=28,
        ),
        Column("token", _("Key begins with"), lambda row: str(row), cells.code),
        Column("kind", _("Used to"), lambda row: words.CREDENTIAL_KINDS[row.kind], sort=("kind",)),
        Column("networks", _("Networks"), lambda row: ", ".join(row.networks), is_extra=True),
        Column("state", _("State"), lambda row: row.state_word[0], cells.worded("state_word")),
        Column(
            "ends",
            _("Ends"),
            lambda row: timezone.localtime(row.expires_at),
            cells.day,
            ("expires_at",),
        ),
        Column(
            "used",
            _("Last used"),
            lambda row: row.last_used_at,
            cells.moment,
            ("last_used_at",),
        ),
        Column("from", _("From address"), lambda row: row.last_used_from, is_extra=True),
        Column("deed", _("Steps"), lambda row: "", template="exchange/cells/credential_deeds.html"),
    )

    def rows(self) -> Any:
        """With their systems."""
        return Credential.objects.visible_to(self.actor).select_related("system__department")

    def _ordered(self) -> list[Any]:
        name, _down = self._sorted_by
        first = [F("revoked_at").desc(nulls_first=True), "expires_at", "pk"]
        return super()._ordered() if name else first

    def lines(self, rows: list[Any]) -> list[Any]:
        """With state, and whether the actor may issue the next one."""
        for row in rows:
            row.state_word = _state(row)
            row.can_rotate = row.is_live and _may_issue(self.actor, row)
        return rows

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Issuing a key."""
        if may(self.actor, Perm.CREDENTIAL_ISSUE):
            return [(reverse("credential-issue"), _("Issue a key"))]
        return []


credential_list = list_view(CredentialList, Perm.CREDENTIAL_REVOKE)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def credential_issue(request: HttpRequest) -> HttpResponse:
    """Issue a key, which the answer shows once; the address may name the system."""

    def issue(actor: Actor, values: dict[str, Any]) -> HttpResponse:
        system = values["system"]
        told = {name: value for name, value in values.items() if name != "system" and value}
        row, secret = issue_credential(system, actor=actor, **told)
        return secret_page(
            request,
            secret,
            title=_("New key"),
            lead=_("When the system uses it, revoke the old one."),
            facts=[
                (_("System"), system.name),
                (_("Used to"), words.CREDENTIAL_KINDS[row.kind]),
                (_("Key id"), row.prefix),
                (_("Ends"), f"{timezone.localdate(row.expires_at):%Y-%m-%d}"),
            ],
            back=reverse("credentials"),
        )

    return issued(request, CredentialForm, issue, _("Issue a key"), "credentials")


@require_POST
@signed_in
def credential_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a token at once."""
    row = fetch(Credential.objects.visible_to(request.actor).select_related("system"), pk)  # type: ignore[attr-defined]
    revoke_credential(row, actor=request.actor)  # type: ignore[attr-defined]
    messages.success(request, str(_("The token is revoked; the next call with it is refused.")))
    return redirect("credentials")


def _may_issue(actor: Actor, row: Credential) -> bool:
    return may(actor, Perm.CREDENTIAL_ISSUE, row.system.department_id)


def _in_state(rows: Any, value: str) -> Any:
    if value == "over":
        return rows.exclude(pk__in=rows.live().values("pk"))
    live = rows.live()
    return live.filter(expires_at__lt=timezone.now() + _SOON) if value == "soon" else live


def _state(row: Credential) -> tuple[Any, str]:
    if row.revoked_at:
        return _("revoked"), ""
    if not row.is_live:
        return _("over"), "bad"
    if row.expires_at < timezone.now() + _SOON:
        return _("ends soon"), "warn"
    return _("valid"), "good"
