"""Forms of a service interface: registering, changing and trying it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import InformationSystem
from accounts.portal.forms import PortalForm
from accounts.states import RUNNING
from exchange.models import ServiceInterface
from exchange.portal import lane_words as words
from exchange.portal.connector_words import DESTINATIONS
from kernel.widgets import NamedField

LOGINS = (
    ("none", _("None")),
    ("header", _("A header of its own")),
    ("basic", _("User and password (Basic)")),
    ("gateway-national", _("As the national exchange platform signs")),
    ("gateway-provincial", _("As provincial gateways sign")),
)
_AUTH = ("name", "user", "requester", "service", "refresh_url")


class TryForm(PortalForm):
    """One field for each parameter of the interface, which is the row."""

    def prepare(self) -> None:
        """The fields that the interface declares."""
        for parameter in self.row.parameters:
            self.fields[parameter["name"]] = forms.CharField(
                label=parameter.get("title") or parameter["name"],
                required=bool(parameter.get("required")),
                max_length=1000,
            )

    def place_of(self, pointer: str) -> str:
        """What is said of ``parameters/x`` stands beside x."""
        return pointer.rpartition("/")[2]


class InterfaceForm(PortalForm):
    """What an interface declares; the row is the interface, or the entry's resource."""

    refusals = DESTINATIONS
    keeps = frozenset({"records_at"})

    name = forms.CharField(label=_("Name"), max_length=120)
    system = NamedField(label=_("System that answers"), queryset=InformationSystem.objects.none())
    kind = forms.ChoiceField(label=_("Kind"), choices=list(words.INTERFACE_KINDS.items()))
    method = forms.ChoiceField(label=_("Method"), choices=[("GET", "GET"), ("POST", "POST")])
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput,
        help_text=_("https:// …; an administrator must have opened it for the platform."),
    )
    parameters = forms.CharField(
        label=_("What a caller may say"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=_(
            "One parameter a line: name, then after commas body or query, needed or free, "
            "and the item that it asks by. Such as: code, query, needed, code"
        ),
    )
    records_at = forms.CharField(
        label=_("Where the records stand in the answer"),
        max_length=200,
        required=False,
        help_text=_("A JSON pointer such as /data/rows; empty: the whole answer."),
    )
    result_codes = forms.CharField(
        label=_("Result codes of a verification"),
        required=False,
        help_text=_("Beside true and false; separated by commas."),
    )
    timeout_ms = forms.IntegerField(
        label=_("Waits at most (milliseconds)"), initial=5000, min_value=100, max_value=30_000
    )
    cache_seconds = forms.IntegerField(
        label=_("Answers are kept (seconds)"), initial=0, min_value=0, max_value=86_400
    )
    login = forms.ChoiceField(label=_("How the hub logs in"), choices=LOGINS)
    auth_name = forms.CharField(
        label=_("Name of the header"), max_length=60, required=False, help_text=_("For a header.")
    )
    auth_user = forms.CharField(
        label=_("User name"), max_length=200, required=False, help_text=_("For user and password.")
    )
    auth_requester = forms.CharField(
        label=_("Requester id"), max_length=120, required=False, help_text=_("For gateways.")
    )
    auth_service = forms.CharField(
        label=_("Code of the service"),
        max_length=120,
        required=False,
        help_text=_("For the national platform."),
    )
    auth_refresh_url = forms.CharField(
        label=_("Where the working secret is fetched"),
        max_length=500,
        required=False,
        help_text=_("For the national platform, where the secret below is the authorisation key."),
    )
    secret = forms.CharField(
        label=_("Secret"),
        max_length=400,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Sealed; never shown again."),
    )

    def prepare(self) -> None:
        """The department's running systems; and of an interface what it declares now."""
        field: Any = self.fields["system"]
        rows = InformationSystem.objects.filter(
            department_id=self.row.department_id, state__in=RUNNING
        )
        field.queryset = rows.order_by("name")
        if isinstance(self.row, ServiceInterface):
            self._declared(self.row)

    def _declared(self, row: ServiceInterface) -> None:
        plain = ("name", "system", "kind", "method", "url", "records_at")
        for name in (*plain, "timeout_ms", "cache_seconds"):
            self.fields[name].initial = getattr(row, name)
        self.fields["parameters"].initial = "\n".join(_line(each) for each in row.parameters)
        self.fields["result_codes"].initial = ", ".join(row.result_codes)
        self.fields["login"].initial = row.auth.get("kind", "none")
        for name in _AUTH:
            self.fields[f"auth_{name}"].initial = row.auth.get(name, "")
        self.fields["secret"].help_text = _("Empty: it stays as it is while the login stays.")
        self.fields["expected"] = forms.IntegerField(widget=forms.HiddenInput, initial=row.version)

    @property
    def values(self) -> dict[str, Any]:
        """As the actions take them; ``auth`` and ``secret`` only where they change."""
        said = self.cleaned_data
        plain = ("name", "system", "kind", "method", "url", "records_at")
        found = {name: said[name] for name in (*plain, "timeout_ms", "cache_seconds")}
        found["parameters"] = [_parameter(line) for line in said["parameters"].splitlines() if line]
        codes = said["result_codes"].replace("，", ",").split(",")
        found["result_codes"] = [code.strip() for code in codes if code.strip()]
        auth = {"kind": said["login"]}
        auth |= {name: said[f"auth_{name}"] for name in _AUTH if said[f"auth_{name}"]}
        held = self.row.auth if isinstance(self.row, ServiceInterface) else None
        if said["secret"] or auth != held:
            found |= {"auth": auth, "secret": said["secret"]}
        return found

    def place_of(self, pointer: str) -> str:
        """What is said of a member of ``auth`` stands beside its field."""
        parts = pointer.split("/")
        name = f"auth_{parts[1]}" if parts[0] == "auth" and len(parts) > 1 else parts[0]
        return "login" if name in ("auth", "auth_kind") else name


def _line(parameter: dict[str, Any]) -> str:
    needed = "needed" if parameter.get("required") else "free"
    said = [parameter["name"], parameter.get("place", "query"), needed, parameter.get("item", "")]
    return ", ".join(word for word in said if word)


def _parameter(line: str) -> dict[str, Any]:
    """A line of the field as a parameter; what it does not say has its usual value."""
    said = [word.strip() for word in line.replace("，", ",").split(",")]
    rest = said[1:]
    found: dict[str, Any] = {
        "name": said[0],
        "place": "body" if "body" in rest else "query",
        "required": "needed" in rest,
    }
    items = [word for word in rest if word and word not in ("body", "query", "needed", "free")]
    return found | ({"item": items[0]} if items else {})
