"""Forms of keys: a token or a gateway key for one of the department's systems."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actions.credentials import DEFAULT_DAYS, MOST_DAYS
from accounts.models import InformationSystem
from accounts.portal.calling import LinesField
from accounts.portal.forms import PortalForm
from accounts.signing import ALGORITHMS
from exchange.portal import lane_words as words
from kernel.widgets import NamedField


class _SystemForm(PortalForm):
    """The row is the id of a system as the address names it, or empty."""

    system = NamedField(
        label=_("System"), queryset=InformationSystem.objects.none(), empty_label=_("Choose")
    )

    def prepare(self) -> None:
        """The department's systems that are not retired."""
        field: Any = self.fields["system"]
        department = self.actor.department_id if self.actor else None
        rows: Any = InformationSystem.objects.exclude(state="retired")
        field.queryset = rows.filter(department_id=department).order_by("name")
        field.initial = _id(self.row)


class CredentialForm(_SystemForm):
    """For which system, what for, from where, and for how long."""

    kind = forms.ChoiceField(label=_("Used to"), choices=list(words.CREDENTIAL_KINDS.items()))
    algorithm = forms.ChoiceField(
        label=_("Algorithm"),
        choices=[("", _("hmac-sha256, where it signs")), *((a, a) for a in ALGORITHMS)],
        required=False,
    )
    scopes = forms.MultipleChoiceField(
        label=_("Narrowed to"),
        choices=list(words.SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None of them: everything that the system may do."),
    )
    networks = LinesField(
        label=_("Networks"),
        required=False,
        help_text=_("From which calls come, one a line, such as 10.1.0.0/16; empty: from all."),
    )
    days = forms.IntegerField(
        label=_("Valid for days"), initial=DEFAULT_DAYS, min_value=1, max_value=MOST_DAYS
    )


class GatewayKeyForm(_SystemForm):
    """For which system, and whose way of signing."""

    dialect = forms.ChoiceField(label=_("Gateway"), choices=list(words.DIALECTS.items()))


def _id(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
