"""The form of a sharing request: its parts, and what stands there to begin with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import InformationSystem
from accounts.states import RUNNING
from catalog.items import effective_share_type
from catalog.models import Entry, Item, Resource
from catalog.portal.words import SHARE_TYPES, UPDATE_CYCLES
from catalog.vocabulary import ShareType
from exchange.asking import statements_of
from exchange.models import Grant, SharingRequest
from exchange.models.terms import terms_of
from exchange.portal import sharing_words as words
from exchange.portal.grant_steps import lines_of
from exchange.portal.request_forms import SharingForm, day, line, text
from kernel.widgets import NamedField, NamedFields

ITEMS, PURPOSE, BOUNDS, REVIEW = "items", "purpose", "bounds", "review"
PARTS = {
    ITEMS: _("Items"),
    PURPOSE: _("Basis and purpose"),
    BOUNDS: _("How and how long"),
    REVIEW: _("Check and submit"),
}
NONE, VALUE, VERIFY = "none", "value", "verify"
_FIELDS = {
    PURPOSE: (
        "basis",
        "basis_number",
        "basis_clause",
        "scenario",
        "scope",
        "purposes",
        "is_return_flow",
    ),
    BOUNDS: (
        "system",
        "systems",
        "modes",
        "ends_on",
        "frequency",
        "networks",
        "calls_per_day",
        "rows_per_day",
    ),
}


@dataclass(frozen=True)
class Draft:
    """What a request is begun from: an entry, and perhaps an earlier request or a grant."""

    resource: Resource
    entry: Entry
    like: SharingRequest | None = None
    amends: Grant | None = None


@dataclass(frozen=True)
class ItemRow:
    """An item with its field; none for the key, which is always asked for."""

    item: Item
    share_type: tuple[Any, str]
    field: Any


class RequestForm(SharingForm):
    """Everything that a request says; a part of it is shown at a time, the rest is carried."""

    basis = text(
        _("Basis of use"), hint=_("The law, regulation or document that your duty rests on.")
    )
    basis_number = line(_("Document number"), required=False)
    basis_clause = line(_("Clause"), required=False)
    scenario = text(_("Scenario of use"), hint=_("In which business, at which step."))
    scope = text(_("Scope of use"), hint=_("Who will use it, for which area."))
    purposes = line(
        _("Purposes"),
        400,
        hint=_("Short codes, separated by commas; each call states one, such as tax-registration."),
    )
    is_return_flow = forms.BooleanField(
        label=_("Return flow: data of our own area from a higher level (Art. 24)"), required=False
    )
    system = NamedField(
        label=_("System that will use it"), queryset=InformationSystem.objects.none()
    )
    systems = NamedFields(
        label=_("Further systems"),
        required=False,
        queryset=InformationSystem.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    modes = forms.MultipleChoiceField(
        label=_("Ways of sharing"), widget=forms.CheckboxSelectMultiple
    )
    ends_on = day(_("Last day of use"))
    frequency = forms.ChoiceField(label=_("Frequency"), required=False)
    networks = text(
        _("Networks"),
        2000,
        required=False,
        hint=_("From which it is read, one a line, such as 10.2.0.0/16. Empty: from any."),
    )
    calls_per_day = forms.IntegerField(label=_("Calls a day"), required=False, min_value=1)
    rows_per_day = forms.IntegerField(label=_("Rows a day"), required=False, min_value=1)

    row: Draft

    def prepare(self) -> None:
        """What can be chosen, and what the earlier request or the grant said."""
        self.items = [
            item for item in self.row.entry.items.all() if _is_shared(item, self.row.entry)
        ]
        for item in self.items:
            if not item.is_key:
                self.fields[use_of(item)] = forms.ChoiceField(
                    label=item.name, choices=_USES, initial=NONE, required=False
                )
        self._offer()
        self.initial |= self._begun()

    def _offer(self) -> None:
        own = self.actor.department_id
        rows = InformationSystem.objects.filter(department_id=own, state__in=RUNNING)
        if self.row.amends:
            self.fields["system"].queryset = rows.filter(pk=self.row.amends.system_id)
        else:
            self.fields["system"].queryset = rows.order_by("name")
        self.fields["systems"].queryset = rows.order_by("name")
        offered = [(mode, words.MODES[mode]) for mode in self.row.entry.share_modes]
        self.fields["modes"].choices = offered
        self.fields["frequency"].choices = [("", _("not said")), *UPDATE_CYCLES.items()]

    def _begun(self) -> dict[str, Any]:
        like = self.row.like or (self.row.amends.request if self.row.amends else None)
        if like is None:
            return {"modes": list(self.row.entry.share_modes)}
        said = statements_of(like)
        if self.row.amends:
            said |= {k: v for k, v in terms_of(self.row.amends).items() if k in said}
        items, verify = set(said.pop("items")), set(said.pop("verify_items"))
        uses = {
            item.column: VALUE if item.column in items else VERIFY
            for item in self.items
            if item.column in items | verify
        }
        return {
            **said,
            **{f"use_{column}": use for column, use in uses.items()},
            "system": like.system_id,
            "purposes": ", ".join(said["purposes"]),
            "networks": "\n".join(said["networks"]),
        }

    def clean_purposes(self) -> list[str]:
        """The codes, each once."""
        found = re.split(r"[,，、;；\s]+", self.cleaned_data["purposes"])
        return list(dict.fromkeys(code for code in found if code))

    def clean_networks(self) -> list[str]:
        """One a line."""
        return lines_of(
            self.cleaned_data["networks"], _("Each network has at most 43 characters."), 43
        )

    def part_fields(self, part: str) -> list[Any]:
        """The fields of a part."""
        if part == ITEMS:
            return [self[use_of(item)] for item in self.items if not item.is_key]
        return [self[name] for name in _FIELDS.get(part, ())]

    def carried(self, part: str) -> list[Any]:
        """The fields of all other parts, which the page carries hidden."""
        shown = {field.name for field in self.part_fields(part)}
        return [field for field in self if field.name not in shown]

    def first_wrong(self) -> str:
        """The first part with an error, else the last part."""
        for part in (ITEMS, PURPOSE, BOUNDS):
            if any(field.errors for field in self.part_fields(part)):
                return part
        return REVIEW

    def forgive(self, part: str) -> None:
        """Leave out the errors of all parts but one: those were not filled in yet."""
        kept = {field.name for field in self.part_fields(part)}
        for name in list(self.errors):
            if name not in kept:
                del self.errors[name]

    @property
    def item_rows(self) -> Iterator[ItemRow]:
        """The shared items in the order of the catalogue."""
        for item in self.items:
            share = SHARE_TYPES[effective_share_type(item, self.row.entry)]
            yield ItemRow(item, share, None if item.is_key else self[use_of(item)])

    def chosen(self, use: str) -> list[Item]:
        """The items that are asked for so, the key among the values."""
        return [
            item
            for item in self.items
            if (item.is_key and use == VALUE) or self.data.get(use_of(item)) == use
        ]

    @property
    def values(self) -> dict[str, Any]:
        """As the action takes it."""
        said = {n: v for n, v in super().values.items() if not n.startswith("use_")}
        verify = [item.column for item in self.chosen(VERIFY)]
        named: dict[str, Any] = {"verify_items": verify} if verify else {}
        if self.row.amends:
            named["amends"] = self.row.amends
        return {
            **said,
            **named,
            "items": [item.column for item in self.chosen(VALUE)],
            "systems": [row.pk for row in self.cleaned_data["systems"]],
        }


_USES = [(NONE, _("no")), (VALUE, _("value")), (VERIFY, _("yes or no only"))]


def use_of(item: Item) -> str:
    """The name of the item's field."""
    return f"use_{item.column}"


def _is_shared(item: Item, entry: Entry) -> bool:
    return effective_share_type(item, entry) != ShareType.NOT_SHARED
