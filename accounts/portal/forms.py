"""What the portal's forms share, and those of its entrance."""

from typing import Any, ClassVar, Self

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from kernel.errors import Invalid
from kernel.problems import told_errors
from kernel.texts import spoken


class PortalForm(forms.Form):
    """A form about a row, filled in by an actor; its values are an action's arguments.

    Empty values are left out, so that the action's own defaults hold; ``keeps`` names those that
    are said even when empty.
    """

    # What is said beside a field, by the code of the action's refusal.
    refusals: ClassVar[dict[str, Any]] = {}
    keeps: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self, data: Any = None, files: Any = None, *, row: Any = None, actor: Actor | None = None
    ) -> None:
        self.row, self.actor = row, actor
        super().__init__(data, files, auto_id=f"{self.id_prefix()}_%s")
        self.prepare()

    @classmethod
    def id_prefix(cls) -> str:
        """What the ids of its fields begin with, so that one page can hold several forms."""
        return cls.__name__.removesuffix("Form").lower()

    @classmethod
    def blank(cls, row: Any, actor: Actor) -> Self:
        """The form before anything was filled in."""
        return cls(row=row, actor=actor)

    @classmethod
    def filled(cls, row: Any, actor: Actor, request: HttpRequest) -> Self:
        """The form as it was sent."""
        return cls(request.POST, request.FILES, row=row, actor=actor)

    @classmethod
    def of(cls, row: Any, actor: Actor, request: HttpRequest) -> Self:
        """The form as it was sent, or blank where the page is only read."""
        sent = request.method == "POST"
        return cls.filled(row, actor, request) if sent else cls.blank(row, actor)

    def prepare(self) -> None:
        """Set what depends on the row and the actor, such as what can be chosen."""

    @property
    def values(self) -> dict[str, Any]:
        """What was filled in, as the action's arguments."""
        said = self.cleaned_data.items()
        return {name: v for name, v in said if name in self.keeps or v not in (None, "", [])}

    @property
    def summary(self) -> list[tuple[str, str]]:
        """Every error as (id of its field, text), those of the whole form first."""
        found = [("", str(text)) for text in self.non_field_errors()]
        for field in self:
            for text in field.errors:
                said = gettext("%(label)s: %(text)s") % {"label": field.label, "text": text}
                found.append((field.id_for_label or field.auto_id, said))
        return found

    def place_of(self, pointer: str) -> str:
        """The field that a refusal means; no field of this form is on top."""
        return pointer.split("/")[0]

    def refuse(self, refused: Invalid) -> None:
        """Show the action's refusal beside its fields; one that names no field on top."""
        errors = told_errors(refused)
        for error in errors:
            name = self.place_of(error["pointer"].removeprefix("#/"))
            said = self.refusals.get(error["code"], error["detail"])
            self.add_error(name if name in self.fields else None, said)
        if not errors:
            self.add_error(None, spoken(refused.detail) or gettext(refused.title))


class ReasonForm(PortalForm):
    """A step that wants a reason and nothing else."""

    reason = forms.CharField(
        label=_("Reason"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )


class PlainForm(PortalForm):
    """A step that wants nothing but the click."""


class SignInForm(forms.Form):
    """A name and a password."""

    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class DepartmentForm(forms.Form):
    """The department that a person acts for."""

    department = forms.UUIDField()
