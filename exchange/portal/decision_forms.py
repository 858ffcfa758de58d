"""Forms of an answer to a request: a consent item by item, or a refusal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.items import effective_share_type
from catalog.models import Item
from catalog.portal.words import SHARE_TYPES
from exchange.answers import whole_schema
from exchange.dataplane.schema import Schema
from exchange.models import SharingRequest
from exchange.portal import sharing_words as words
from exchange.portal.grant_steps import lines_of
from exchange.portal.masks import MASKS, OTHER, choices_for, code_of
from exchange.portal.request_forms import SharingForm, day, text

DELIVER, VERIFY, LEAVE = "deliver", "verify", "leave"
_SAYS = {
    DELIVER: _("deliver"),
    VERIFY: _("yes or no only"),
    LEAVE: _("leave out"),
}
_MOST_REASON = 400


@dataclass(frozen=True)
class ItemRow:
    """An item that is asked for with its fields; the key is always delivered."""

    item: Item
    share_type: tuple[Any, str]
    kind: str
    give: Any
    mask: Any
    reason: Any


class ConsentForm(SharingForm):
    """What is given of what was asked for: each item, its mask, which rows, until when."""

    condition = text(
        _("Which rows"),
        4000,
        required=False,
        rows=2,
        hint=_('A condition such as division = "990100" and age < 16. Empty: all rows.'),
    )
    ends_on = day(_("Last day of use"))
    modes = forms.MultipleChoiceField(
        label=_("Ways of sharing"), widget=forms.CheckboxSelectMultiple
    )
    purposes = forms.MultipleChoiceField(label=_("Purposes"), widget=forms.CheckboxSelectMultiple)
    calls_per_day = forms.IntegerField(
        label=_("Calls a day"), required=False, min_value=1, help_text=_("Empty: no limit.")
    )
    rows_per_day = forms.IntegerField(
        label=_("Rows a day"), required=False, min_value=1, help_text=_("Empty: no limit.")
    )
    networks = text(
        _("Networks"),
        2000,
        required=False,
        rows=2,
        hint=_("From which it may be read, one a line, such as 10.2.0.0/16. Empty: from any."),
    )

    row: SharingRequest

    def prepare(self) -> None:
        """What was asked for, or what was prepared before and returned."""
        asked = {*self.row.items, *self.row.verify_items}
        self.items = [item for item in self.row.entry.items.all() if item.column in asked]
        self.schema: Schema = whole_schema(self.row)
        self.before = self.row.answer.get("terms", {}) if self.row.answer else {}
        self.left = self.row.answer.get("left_out", {}) if self.row.answer else {}
        for item in self.items:
            self._add_item(item)
        self.fields["modes"].choices = [(mode, words.MODES[mode]) for mode in self.row.modes]
        self.fields["purposes"].choices = [(code, code) for code in self.row.purposes]
        self.initial |= self._begun()

    def _add_item(self, item: Item) -> None:
        says = [LEAVE, VERIFY] if item.column in self.row.verify_items else [DELIVER, VERIFY, LEAVE]
        if not item.is_key:
            self.fields[f"give_{item.column}"] = forms.ChoiceField(
                label=item.name, choices=[(code, _SAYS[code]) for code in says]
            )
            self.fields[f"reason_{item.column}"] = forms.CharField(
                label=_("Why it is left out"), max_length=_MOST_REASON, required=False
            )
        if DELIVER in says:
            self.fields[f"mask_{item.column}"] = forms.ChoiceField(
                label=_("Mask"),
                choices=choices_for(
                    self.kind_of(item),
                    is_key=item.is_key,
                    now=self.before.get("masks", {}).get(item.column),
                ),
                required=False,
            )

    def kind_of(self, item: Item) -> str:
        """The type of the item in the data; empty where the data has no such column."""
        found = self.schema.by_name.get(item.column)
        return found.type if found else ""

    def _begun(self) -> dict[str, Any]:
        before = self.before
        begun: dict[str, Any] = {
            "ends_on": _date(before.get("ends_on")) or self.row.ends_on,
            "modes": before.get("modes", self.row.modes),
            "purposes": before.get("purposes", self.row.purposes),
            "condition": before.get("condition", ""),
            "networks": "\n".join(before.get("networks", self.row.networks)),
            "calls_per_day": before.get("calls_per_day", self.row.calls_per_day),
            "rows_per_day": before.get("rows_per_day", self.row.rows_per_day),
        }
        for item in self.items:
            name = item.column
            begun[f"give_{name}"] = self._given(name)
            begun[f"mask_{name}"] = code_of(before.get("masks", {}).get(name))
            begun[f"reason_{name}"] = self.left.get(name, "")
        return begun

    def _given(self, name: str) -> str:
        if not self.before:
            return VERIFY if name in self.row.verify_items else DELIVER
        if name in self.before["items"]:
            return DELIVER
        return VERIFY if name in self.before["verify_items"] else LEAVE

    def clean_networks(self) -> list[str]:
        """One a line."""
        return lines_of(
            self.cleaned_data["networks"], _("Each network has at most 43 characters."), 43
        )

    def clean(self) -> dict[str, Any]:
        """A reason beside each item that is left out, or that is asked for and only verified."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        for item in self.items:
            give = said.get(f"give_{item.column}")
            wants = give == LEAVE or (give == VERIFY and item.column in self.row.items)
            if wants and not said.get(f"reason_{item.column}", "").strip():
                self.add_error(
                    f"reason_{item.column}",
                    _("Say why “%(item)s” is not delivered.") % {"item": item.name},
                )
        return said

    @property
    def item_rows(self) -> Iterator[ItemRow]:
        """The items in the order of the catalogue, with their fields."""
        for item in self.items:
            fields = [
                self[name] if name in self.fields else None
                for name in (f"{part}_{item.column}" for part in ("give", "mask", "reason"))
            ]
            share = SHARE_TYPES[effective_share_type(item, self.row.entry)]
            yield ItemRow(item, share, self.kind_of(item), *fields)

    @property
    def further(self) -> list[Any]:
        """The fields that are of no single item."""
        names = (
            "condition",
            "ends_on",
            "modes",
            "purposes",
            "calls_per_day",
            "rows_per_day",
            "networks",
        )
        return [self[name] for name in names]

    def giving(self, give: str) -> list[str]:
        """The columns that are given so, the key among those delivered."""
        said = self.cleaned_data
        return [
            item.column
            for item in self.items
            if (item.is_key and give == DELIVER) or said.get(f"give_{item.column}") == give
        ]

    @property
    def terms(self) -> dict[str, Any]:
        """The terms of the grant, as the actions take them."""
        said, delivered = self.cleaned_data, self.giving(DELIVER)
        return {
            "items": delivered,
            "verify_items": self.giving(VERIFY),
            "masks": {name: mask for name in delivered if (mask := self._mask(name))},
            "condition": said["condition"],
            "ends_on": said["ends_on"],
            "modes": said["modes"],
            "purposes": said["purposes"],
            "networks": said["networks"],
            "calls_per_day": said["calls_per_day"],
            "rows_per_day": said["rows_per_day"],
        }

    @property
    def values(self) -> dict[str, Any]:
        """The whole consent."""
        reasons = {
            item.column: self.cleaned_data[f"reason_{item.column}"]
            for item in self.items
            if self._is_left_out(item)
        }
        return {"consent": True, **self.terms, "left_out": reasons}

    def _is_left_out(self, item: Item) -> bool:
        give = self.cleaned_data.get(f"give_{item.column}", DELIVER)
        return bool(give == LEAVE or (give == VERIFY and item.column in self.row.items))

    def _mask(self, name: str) -> dict[str, Any] | None:
        code = self.cleaned_data.get(f"mask_{name}", "")
        if code == OTHER:
            return dict(self.before["masks"][name])
        return MASKS[code][2] if code else None


class RefuseForm(SharingForm):
    """Why nothing is given: the ground, the reason and the law."""

    ground = forms.ChoiceField(
        label=_("Ground"), choices=[("", _("Choose")), *words.GROUNDS.items()]
    )
    reason = text(
        _("Reason"), hint=_("That something is missing is no ground: ask for it instead.")
    )
    basis = text(_("Legal basis"), hint=_("The law and its article that the refusal rests on."))

    row: SharingRequest

    def prepare(self) -> None:
        """What was prepared before and returned."""
        self.initial |= self.row.answer.get("refusal", {}) if self.row.answer else {}

    @property
    def values(self) -> dict[str, Any]:
        """The whole refusal."""
        return {"consent": False, **super().values}


def _date(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
