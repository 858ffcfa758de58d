"""Forms of the steps of a sharing request."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.portal.forms import PortalForm
from exchange.portal import sharing_words as words


def text(
    label: Any, length: int = 400, *, hint: Any = "", required: bool = True, rows: int = 3
) -> Any:
    """A field of several lines."""
    return forms.CharField(
        label=label,
        max_length=length,
        help_text=hint,
        required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def line(label: Any, length: int = 120, *, hint: Any = "", required: bool = True) -> Any:
    """A field of one line."""
    return forms.CharField(label=label, max_length=length, help_text=hint, required=required)


def day(label: Any, *, hint: Any = "", required: bool = True) -> Any:
    """A day."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=hint, required=required, widget=widget)


class SharingForm(PortalForm):
    """Base of the forms of sharing: refusals in the words of the page."""

    refusals = words.REFUSALS
    # Changed by prepare(): their kinds are those of each form.
    fields: Any
    initial: Any
    actor: Any


class MissingForm(SharingForm):
    """Everything that is missing."""

    missing = text(
        _("What is to be supplemented"),
        1000,
        hint=_("You can ask only once, so name everything. The time limit goes on."),
    )


class SupplementForm(SharingForm):
    """What was missing."""

    supplement = text(_("What was missing"), 1000)


class NameForm(SharingForm):
    """The name under which a request is kept as a pattern."""

    keeps = frozenset({"name"})
    name = line(
        _("Name of the pattern"),
        60,
        required=False,
        hint=_("Colleagues of your department find it when they begin a request. Empty: none."),
    )

    def prepare(self) -> None:
        """The name that it has."""
        self.initial["name"] = self.row.template_name
