"""Credentials of systems in the portal: issued, rotated and revoked; a secret is shown once."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.credentials import issue_credential, revoke_credential
from accounts.actor import Actor
from accounts.models import Credential
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.forms import PortalForm
from accounts.portal.listing import DepartmentsList, list_page, reader
from exchange.actions.gateway_keys import issue_gateway_key, revoke_gateway_key
from exchange.models import GatewayKey
from exchange.portal import lane_words as words
from exchange.portal.credential_forms import CredentialForm, GatewayKeyForm
from exchange.portal.form_pages import attempt, form_page
from exchange.portal.secret_pages import secret_page
from kernel.errors import NotFound
from kernel.lists import Column, Filter

_SOON = timedelta(days=30)


class _KeyList(DepartmentsList):
    """What the two lists of keys share."""

    perm = Perm.CREDENTIAL_REVOKE

    def export_heads(self) -> list[tuple[str, int]]:
        """Without the steps, which no file has."""
        return [(str(each.title), each.width) for each in self.chosen if each.name != "deed"]

    def export_rows(self) -> Iterable[list[Any]]:
        """As the heads."""
        names = [each.name for each in self.chosen]
        for cells in super().export_rows():
            yield [cell for name, cell in zip(names, cells, strict=True) if name != "deed"]

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """Bearer tokens, and keys of gateways."""
        pairs = (("credentials", _("Tokens")), ("gateway-keys", _("Gateway keys")))
        return [(reverse(name), title, reverse(name) == self.path) for name, title in pairs]


class CredentialList(_KeyList):
    """The tokens with which systems call; those that end first come first."""

    title = _("Credentials of systems")
    lead = _("A system has at most two valid tokens, so that one can take over from the other.")
    nothing = _("No system has a token yet.")
    search = ("system__name__icontains", "prefix__icontains")
    search_title = _("System or beginning of the token")
    filters = (
        Filter(
            "state",
            _("State"),
            lambda actor: [("live", _("valid")), ("soon", _("ends soon")), ("over", _("over"))],
            apply=lambda rows, value: _in_state(rows, value),
        ),
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
        Column("token", _("Token"), lambda row: str(row), "exchange/cells/code.html"),
        Column("state", _("State"), lambda row: row.state_word[0], "exchange/cells/state.html"),
        Column(
            "ends",
            _("Ends"),
            lambda row: timezone.localtime(row.expires_at),
            "components/day.html",
            ("expires_at",),
        ),
        Column(
            "used",
            _("Last used"),
            lambda row: row.last_used_at,
            "exchange/cells/moment.html",
            ("last_used_at",),
        ),
        Column("from", _("From address"), lambda row: row.last_used_from, is_extra=True),
        Column("deed", _("Steps"), lambda row: "", "exchange/cells/credential_deeds.html"),
    )

    def rows(self) -> Any:
        """With their systems."""
        return Credential.objects.visible_to(self.actor).select_related("system__department")

    def _ordered(self) -> list[Any]:
        name, _down = self._sorted_by()
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
        """Issuing a token."""
        if may(self.actor, Perm.CREDENTIAL_ISSUE):
            return [(reverse("credential-issue"), _("Issue a token"))]
        return []


class GatewayKeyList(_KeyList):
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
        Column(
            "requester", _("Requester id"), lambda row: row.requester, "exchange/cells/code.html"
        ),
        Column("state", _("State"), lambda row: row.state_word[0], "exchange/cells/state.html"),
        Column("issued", _("Issued"), lambda row: row.created_at, "exchange/cells/moment.html"),
        Column("deed", _("Steps"), lambda row: "", "exchange/cells/gateway_key_deeds.html"),
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


@require_GET
@signed_in
def credential_list(request: HttpRequest) -> HttpResponseBase:
    """The tokens of the systems that the person may revoke."""
    reader(request, Perm.CREDENTIAL_REVOKE)
    return list_page(request, CredentialList)


@require_GET
@signed_in
def gateway_key_list(request: HttpRequest) -> HttpResponseBase:
    """The gateway keys of the systems that the person may revoke."""
    reader(request, Perm.CREDENTIAL_REVOKE)
    return list_page(request, GatewayKeyList)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def credential_issue(request: HttpRequest) -> HttpResponse:
    """Issue a token, which the answer shows once; the address may name the system."""

    def issue(actor: Actor, values: dict[str, Any]) -> HttpResponse:
        system = values["system"]
        row, secret = issue_credential(system, actor=actor, days=values["days"])
        return secret_page(
            request,
            secret,
            title=_("New token"),
            lead=_("When the system uses it, revoke the old one."),
            facts=[
                (_("System"), system.name),
                (_("Ends"), f"{timezone.localdate(row.expires_at):%Y-%m-%d}"),
            ],
            back=reverse("credentials"),
        )

    return _issued(request, CredentialForm, issue, _("Issue a token"), "credentials")


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

    return _issued(request, GatewayKeyForm, issue, _("Issue a gateway key"), "gateway-keys")


@require_POST
@signed_in
def credential_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a token at once."""
    row = _one(Credential.objects.visible_to(request.actor).select_related("system"), pk)  # type: ignore[attr-defined]
    revoke_credential(row, actor=request.actor)  # type: ignore[attr-defined]
    messages.success(request, str(_("The token is revoked; the next call with it is refused.")))
    return redirect("credentials")


@require_POST
@signed_in
def gateway_key_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a gateway key at once."""
    row = _one(GatewayKey.objects.visible_to(request.actor), pk)  # type: ignore[attr-defined]
    revoke_gateway_key(row, actor=request.actor)  # type: ignore[attr-defined]
    messages.success(request, str(_("The key is revoked; the next call with it is refused.")))
    return redirect("gateway-keys")


def _issued(
    request: HttpRequest,
    kind: type[PortalForm],
    issue: Callable[[Actor, dict[str, Any]], HttpResponse],
    title: Any,
    back: str,
) -> HttpResponse:
    """The form, or what the action made of it."""
    actor = reader(request, Perm.CREDENTIAL_ISSUE)
    named = request.GET.get("system", "")
    if request.method != "POST":
        return form_page(request, kind.blank(named, actor), title=title, back=reverse(back))
    form = kind.filled(named, actor, request)
    done, refused = attempt(form, lambda: issue(actor, form.cleaned_data))
    return done or form_page(request, form, title=title, back=reverse(back), refused=refused)


def _one(rows: Any, pk: UUID) -> Any:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound()
    return found


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
