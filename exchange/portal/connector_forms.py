"""Forms of a connector: one field for each option and secret of its kind."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import InformationSystem
from accounts.portal.forms import PortalForm
from accounts.states import RUNNING
from exchange.dataplane.connectors.options import MOST_TEXT, SPECS, Option
from exchange.models import Connector
from exchange.portal import connector_words as words
from kernel.widgets import NamedField

_LONG = ("private_key",)


class ConnectorForm(PortalForm):
    """A new connector of a kind, which is the row; or the change of one, which is the row then."""

    refusals = words.DESTINATIONS

    name = forms.CharField(label=_("Name"), max_length=120)

    def prepare(self) -> None:
        """The fields of the kind; of a connector that is there its options, never its secrets."""
        held = self.row if isinstance(self.row, Connector) else None
        self.kind = held.kind if held else self.row
        if held is None:
            self.fields["system"] = self._systems()
        spec = SPECS[self.kind]
        for name, option in spec.options.items():
            self.fields[f"option_{name}"] = _option_field(name, option)
        for name, option in spec.secrets.items():
            self.fields[f"secret_{name}"] = _secret_field(name, option, held)
        if held:
            self._held(held)

    def _systems(self) -> Any:
        department = self.actor.department_id if self.actor else None
        rows: Any = InformationSystem.objects.filter(state__in=RUNNING)
        own = rows.filter(department_id=department).order_by("name")
        field: Any = NamedField(label=_("System"), queryset=own)
        return field

    def _held(self, held: Connector) -> None:
        self.fields["name"].initial = held.name
        for name, value in held.options.items():
            if f"option_{name}" in self.fields:
                self.fields[f"option_{name}"].initial = value
        self.fields["expected"] = forms.IntegerField(widget=forms.HiddenInput, initial=held.version)

    @property
    def options(self) -> dict[str, Any]:
        """The options that were filled in."""
        return self._said("option_")

    @property
    def secrets(self) -> dict[str, Any]:
        """The secrets that were given."""
        return self._said("secret_")

    def _said(self, head: str) -> dict[str, Any]:
        found = self.cleaned_data.items()
        return {
            name.removeprefix(head): value
            for name, value in found
            if name.startswith(head) and value not in (None, "")
        }

    def place_of(self, pointer: str) -> str:
        """What is said of ``options/x`` or ``secrets/x`` stands beside x."""
        where, _sep, name = pointer.partition("/")
        return {"options": f"option_{name}", "secrets": f"secret_{name}"}.get(where, where)


def _option_field(name: str, option: Option) -> forms.Field:
    label = words.OPTIONS.get(name, name)
    if option.words:
        choices = [("", "–"), *((word, word) for word in option.words)]
        return forms.ChoiceField(label=label, choices=choices, required=option.need)
    if option.number:
        return forms.IntegerField(label=label, required=option.need, min_value=0)
    if option.flag:
        return forms.NullBooleanField(
            label=label,
            required=False,
            widget=forms.Select(choices=[("", "–"), ("true", _("yes")), ("false", _("no"))]),
        )
    return forms.CharField(label=label, required=option.need, max_length=MOST_TEXT)


def _secret_field(name: str, option: Option, held: Connector | None) -> forms.Field:
    hint = _("Sealed; never shown again.")
    if held and held.sealed:
        hint = _("Empty: it stays as it is, while the connector leads to the same place.")
    widget = (
        forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"})
        if name in _LONG
        else forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    return forms.CharField(
        label=words.SECRETS.get(name, name),
        required=option.need and held is None,
        max_length=MOST_TEXT,
        strip=False,
        widget=widget,
        help_text=hint,
    )
