"""Forms of the steps of a sharing request."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.portal.forms import PortalForm
from exchange.portal import sharing_words as words
from exchange.portal.fault_words import FAULTS
from kernel.errors import Invalid
from kernel.problems import told_errors


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
    # Lines of the field above the first record.
    lines_above: ClassVar[int] = 0
    # Changed by prepare(): their kinds are those of each form.
    fields: Any
    initial: Any
    actor: Any

    def refuse(self, refused: Invalid) -> None:
        """Show the refusal beside its fields in the words of the page; rows by their lines."""
        errors = told_errors(refused)
        for error in errors:
            name = error.get("pointer", "").removeprefix("#/").split("/")[0]
            self.add_error(
                name if name in self.fields else None, _said(error, name, self.lines_above)
            )
        if not errors:
            self.add_error(None, gettext(refused.title))


def _said(error: dict[str, Any], name: str, above: int) -> Any:
    """What is wrong and how to mend it: by the code, else by the field."""
    if "line" in error:
        cause = FAULTS.get(error["code"], (error["detail"], ""))[0]
        told = {"line": error["line"] + above, "column": error["column"], "cause": cause}
        return gettext("Line %(line)s, %(column)s: %(cause)s") % told
    found = words.REFUSALS.get(error["code"]) or words.MENDS.get(name)
    return found or error["detail"]


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
