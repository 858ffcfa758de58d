"""Forms of a subscription: its steps, and opening one from a grant."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import InformationSystem
from accounts.portal.forms import PortalForm
from exchange.dataplane.dropping import FORMATS
from exchange.models import Subscription
from exchange.portal import lane_words as words
from exchange.portal.connector_words import DESTINATIONS

_NAME = r"^[a-z][a-z0-9_]{0,62}$"


class RedeliverForm(PortalForm):
    """One batch, or all that arrived from one on."""

    refusals = {"never-delivered": _("No batch of this number arrived here that is still kept.")}

    which = forms.ChoiceField(
        label=_("Which batches"),
        choices=[("number", _("This batch alone")), ("since", _("All from this batch on"))],
    )
    batch = forms.IntegerField(label=_("Batch"), min_value=1)

    @property
    def values(self) -> dict[str, Any]:
        """As the action takes it: ``number`` or ``since``."""
        return {self.cleaned_data["which"]: self.cleaned_data["batch"]}

    def add_error(self, field: str | None, error: Any) -> None:
        """What the action says of ``number`` or ``since`` stands beside the batch."""
        super().add_error("batch" if field in ("number", "since") else field, error)


class OpenForm(PortalForm):
    """How a grant is put to use; the row is the grant. Each way takes its own fields alone."""

    refusals = DESTINATIONS

    mode = forms.ChoiceField(
        label=_("How the data comes"), choices=list(words.MODES.items()), widget=forms.RadioSelect
    )
    system_id = forms.ChoiceField(label=_("To the system"))
    purpose = forms.ChoiceField(label=_("Purpose"), required=False)
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        required=False,
        help_text=_("Signed call: https://…; files: sftp://user@host/folder or s3://bucket/prefix"),
    )
    dsn = forms.CharField(
        label=_("Connection string of the database"),
        max_length=1000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("postgresql://… or mysql://user:password@host:port/database; sealed."),
    )
    target_schema = forms.RegexField(
        _NAME, label=_("Schema of the table"), required=False, help_text=_("For a database.")
    )
    target_table = forms.RegexField(
        _NAME, label=_("Name of the table"), required=False, help_text=_("For a database.")
    )
    file_format = forms.ChoiceField(
        label=_("Format of the files"),
        required=False,
        choices=[("", "–"), *((name, words.FILE_FORMATS[name]) for name in FORMATS)],
    )
    file_name = forms.RegexField(
        r"^[a-z0-9][a-z0-9_-]{0,59}$",
        label=_("Names of the files begin with"),
        required=False,
    )
    host_key = forms.CharField(
        label=_("Fingerprint of the server"),
        max_length=200,
        required=False,
        help_text=_("SFTP: SHA256:…, as ssh-keygen -l shows it."),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("SFTP"),
    )
    endpoint = forms.CharField(
        label=_("Address of the storage"), max_length=300, required=False, help_text=_("S3")
    )
    access_key = forms.CharField(
        label=_("Access key"), max_length=200, required=False, help_text=_("S3")
    )
    secret_key = forms.CharField(
        label=_("Secret key"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("S3"),
    )

    def prepare(self) -> None:
        """The systems and purposes that the grant names."""
        systems = InformationSystem.objects.filter(pk__in=[self.row.system_id, *self.row.systems])
        chosen: Any = self.fields["system_id"]
        chosen.choices = list(systems.order_by("name").values_list("pk", "name"))
        chosen.initial = self.row.system_id
        purposes: Any = self.fields["purpose"]
        purposes.choices = [(purpose, purpose) for purpose in self.row.purposes]
        if not self.row.purposes:
            del self.fields["purpose"]

    def clean(self) -> dict[str, Any]:
        """Each way needs its own fields."""
        said: dict[str, Any] = super().clean() or {}
        for name in _NEEDED.get(said.get("mode", ""), ()):
            if not said.get(name):
                self.add_error(name, _("This is needed for the way chosen."))
        return said

    @property
    def values(self) -> dict[str, Any]:
        """As the action takes them."""
        said = self.cleaned_data
        mode = said["mode"]
        found = {name: said[name] for name in ("mode", "purpose") if said.get(name)}
        found["system_id"] = UUID(str(said["system_id"]))
        found |= {name: said[name] for name in _TAKEN.get(mode, ()) if said.get(name)}
        if mode == Subscription.Mode.FILE:
            names = DROP_NAMES[said["url"].partition("://")[0] == "s3"]
            found["secrets"] = {name: said[name] for name in names if said.get(name)}
        return found


_NEEDED = {
    "webhook": ("url",),
    "sink": ("dsn", "target_schema", "target_table"),
    "file": ("url", "file_format"),
}
_TAKEN = {**_NEEDED, "file": ("url", "file_format", "file_name")}
# Of an SFTP server, and of S3-style storage.
DROP_NAMES = (("host_key", "password"), ("endpoint", "access_key", "secret_key"))
