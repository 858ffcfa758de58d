"""How the calls of a system must come: signed, from where, with which certificate."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.actions.credentials import set_access
from accounts.actor import Actor
from accounts.models import Credential, InformationSystem, SystemAccess
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.forms import PortalForm
from accounts.portal.listing import reader
from accounts.portal.systems import found_system, head_of
from kernel.errors import Invalid
from kernel.pages import page


class LinesField(forms.CharField):
    """Values, one a line."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def to_python(self, value: Any) -> Any:
        """The lines with something in them."""
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        """A line each."""
        return "\n".join(value) if isinstance(value, list) else value


class AccessForm(PortalForm):
    """What every call of the system must keep."""

    keeps: ClassVar[frozenset[str]] = frozenset({"signed_only", "networks", "certificates"})

    signed_only = forms.BooleanField(
        label=_("Only signed calls"),
        required=False,
        help_text=_("Tokens of this system are refused; each call is signed, and taken once."),
    )
    networks = LinesField(
        label=_("Networks"),
        required=False,
        help_text=_("From which calls come, one a line, such as 10.1.0.0/16; empty: from all."),
    )
    certificates = LinesField(
        label=_("Client certificates"),
        required=False,
        help_text=_("SHA-256 fingerprints, one a line; the connection must show one of them."),
    )

    def prepare(self) -> None:
        """What is set now."""
        for name in self.keeps:
            self.initial[name] = getattr(self.row, name)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def access_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How calls must come, and the keys with which they do; who may set it finds the form here."""
    actor = reader(request, Perm.SYSTEM_VIEW)
    row = found_system(actor, pk)
    access = SystemAccess.objects.filter(system=row).first() or SystemAccess(system=row)
    form = AccessForm.of(access, actor, request)
    if request.method != "POST":
        return _shown(request, row, access, form)
    if form.is_valid():
        try:
            set_access(row, actor=actor, **form.values)
        except Invalid as refused:
            form.refuse(refused)
        else:
            messages.success(request, gettext("It holds from the next call on."))
            return redirect("system-access-page", pk=pk)
    return _shown(request, row, access, form, status=422)


def _shown(
    request: HttpRequest,
    row: InformationSystem,
    access: SystemAccess,
    form: AccessForm,
    status: int = 200,
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    live = Credential.objects.visible_to(actor).filter(system=row).live()
    context = {
        **head_of(actor, row, "system-access-page"),
        "access": access,
        "keys": live.order_by("expires_at"),
        "sees_keys": may(actor, Perm.CREDENTIAL_REVOKE, row.department_id),
        "sets_it": may(actor, Perm.ACCESS_SET, row.department_id),
        "form": form,
        "summary": form.summary if form.is_bound else [],
    }
    return page(request, "accounts/system_access.html", context, status=status)
