"""Gateway keys in the portal: issued, revoked; a secret is shown once."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.listing import list_view
from exchange.actions.gateway_keys import issue_gateway_key, revoke_gateway_key
from exchange.models import GatewayKey
from exchange.portal import lane_words as words
from exchange.portal.credential_forms import GatewayKeyForm
from exchange.portal.keys import KeyList, issued
from exchange.portal.secret_pages import secret_page
from kernel import cells
from kernel.lists import Column, Filter
from kernel.rows import fetch


class GatewayKeyList(KeyList):
    """Keys with which systems sign as for a national or provincial gateway."""

    title = _("Gateway keys")
    lead = _("Only for systems that cannot send a token: these signatures bind less.")
    nothing = _("No system has a gateway key.")
    search = ("system__name__icontains", "requester__icontains")
    search_title = _("System or requester")
    order = ("state", "-created_at")
    filters = (
        Filter(
            "state",
            _("State"),
            lambda actor: [(w, t) for w, (t, _b) in words.KEY_STATES.items()],
            "state",
        ),
        Filter("dialect", _("Gateway"), lambda actor: words.DIALECTS.items(), "dialect"),
        Filter("department", _("Department"), departments, "department_id"),
    )
    columns = (
        Column(
            "system", _("System"), lambda row: row.system.name, sort=("system__name",), width=36
        ),
        Column("department", _("Department"), lambda row: row.department.name, width=28),
        Column("dialect", _("Gateway"), lambda row: words.DIALECTS[row.dialect]),
        Column("requester", _("Requester id"), lambda row: row.requester, cells.code),
        Column("state", _("State"), lambda row: row.state_word[0], cells.worded("state_word")),
        Column("issued", _("Issued"), lambda row: row.created_at, cells.moment),
        Column(
            "deed", _("Steps"), lambda row: "", template="exchange/cells/gateway_key_deeds.html"
        ),
    )

    def rows(self) -> Any:
        """With their systems."""
        return GatewayKey.objects.visible_to(self.actor).select_related("system", "department")

    def lines(self, rows: list[Any]) -> list[Any]:
        """With state."""
        for row in rows:
            row.state_word = words.badge(words.KEY_STATES, row.state)
        return rows

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Issuing a key."""
        if may(self.actor, Perm.CREDENTIAL_ISSUE):
            return [(reverse("gateway-key-issue"), _("Issue a gateway key"))]
        return []


gateway_key_list = list_view(GatewayKeyList, Perm.CREDENTIAL_REVOKE)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def gateway_key_issue(request: HttpRequest) -> HttpResponse:
    """Issue a gateway key, whose secret the answer shows once."""

    def issue(actor: Actor, values: dict[str, Any]) -> HttpResponse:
        row, secret = issue_gateway_key(values["system"], actor=actor, dialect=values["dialect"])
        return secret_page(
            request,
            secret,
            title=_("New gateway key"),
            facts=[(_("System"), values["system"].name), (_("Requester id"), row.requester)],
            back=reverse("gateway-keys"),
        )

    return issued(request, GatewayKeyForm, issue, _("Issue a gateway key"), "gateway-keys")


@require_POST
@signed_in
def gateway_key_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a gateway key at once."""
    row = fetch(GatewayKey.objects.visible_to(request.actor), pk)  # type: ignore[attr-defined]
    revoke_gateway_key(row, actor=request.actor)  # type: ignore[attr-defined]
    messages.success(request, str(_("The key is revoked; the next call with it is refused.")))
    return redirect("gateway-keys")
