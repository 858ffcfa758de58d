"""The form of the register in parts: which columns a part asks for, and how they are read.

Cells are read by the same rules as those of the Excel form, so that both refuse alike.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.filing import filing_faults
from accounts.models import InformationSystem, SystemVersion, User
from accounts.portal.columns import HINTS, choices_of, is_chinese, label, title_of
from accounts.portal.forms import PortalForm
from accounts.register.cells import CellFault, read_cell
from accounts.register.columns import BY_NAME, Column
from accounts.register.hints import HINTS as CELL_HINTS
from accounts.register.versions import values_of
from accounts.states import REGISTRABLE


@dataclass(frozen=True)
class Part:
    """A part of the form: its place in the address, what it is called, what it asks for."""

    name: str
    title: Any
    lead: Any
    columns: tuple[str, ...]


PARTS = (
    Part(
        "who",
        _("Who and what"),
        _("Which system it is, what it does and who answers for it."),
        (
            *("name", "code", "function", "owner_level", "origin"),
            *("internal_office", "contact_name", "contact_phone"),
        ),
    ),
    Part(
        "use",
        _("Use and people"),
        _("What it is used for, by whom, and how often."),
        (
            *("business_items", "data_items", "supported_services"),
            *("use_scope", "use_frequency", "user_count", "condition", "season"),
            "has_online_service",
        ),
    ),
    Part(
        "technology",
        _("Technology and protection"),
        _("Where it runs, who built and keeps it, how it is protected."),
        (
            *("network", "hosting", "architecture", "login_method"),
            *("builder", "contractor", "maintainer", "maintained_until"),
            *("storage_gb", "yearly_growth_gb", "has_interface", "has_export"),
            *("protection_level", "protection_number", "classified_protection"),
        ),
    ),
    Part(
        "money",
        _("Money and dates"),
        _("What it cost, what it costs a year, since when it is used."),
        (
            *("funding_mode", "funding_source", "project_name"),
            *("approval_department", "approved_on", "investment", "maintenance_cost"),
            *("started_on", "stopped_on"),
        ),
    ),
)
BY_PART = {part.name: part for part in PARTS}
PART_OF = {name: part for part in PARTS for name in part.columns}
DOCUMENTS, CHECK = "documents", "check"
# The parts in their order, with those that are no form of columns.
PLACES = (
    *((part.name, part.title) for part in PARTS),
    (DOCUMENTS, _("Documents")),
    (CHECK, _("Check and file")),
)


class CellField(forms.CharField):
    """A column of the register as a field."""

    def __init__(self, column: Column) -> None:
        self.column = column
        super().__init__(
            label=title_of(column),
            required=column.required,
            strip=True,
            help_text=HINTS.get(column.name, ""),
            widget=_widget(column),
        )

    def clean(self, value: Any) -> Any:
        """The column's value, read as a cell of the Excel form is."""
        raw = "、".join(value) if isinstance(value, list) else value
        read, fault = read_cell(self.column, raw)
        if fault is not None:
            raise forms.ValidationError(self._said(fault), fault.code)
        return read

    def _said(self, fault: CellFault) -> str:
        """What is wrong, in the reader's language."""
        if is_chinese():
            return CELL_HINTS.get(fault.code, fault.message)
        return fault.message.replace(self.column.title, title_of(self.column))


class PartForm(PortalForm):
    """The columns of one part, and why they are changed."""

    part: ClassVar[Part]

    def prepare(self) -> None:
        """Fields by column; of a new system also its state, of a filed one the reason."""
        values = values_of(self.row or InformationSystem())
        for name in self.part.columns:
            column = BY_NAME[name]
            self.fields[name] = CellField(column)
            self.initial[name] = shown(column, values[name])
        if self.row is None and "name" in self.part.columns:
            self.fields["state"] = _state_field()
        if self.row is not None:
            for name in ("version", "seen"):
                self.fields[name] = forms.IntegerField(label=_("Version"), widget=forms.HiddenInput)
            self.initial["version"], self.initial["seen"] = self.row.version, last_version(self.row)
            if self.row.filing_state in ("submitted", "accepted"):
                self.fields["change_message"] = _reason_field()

    @property
    def columns(self) -> dict[str, Any]:
        """What was filled in, by column; empty values clear a column."""
        return {name: self.cleaned_data[name] for name in self.part.columns}


def form_of(part: Part) -> type[PartForm]:
    """The form of a part."""
    return type(f"{part.name.title()}Form", (PartForm,), {"part": part})


def shown(column: Column, value: Any) -> Any:
    """A kept value as its field shows it."""
    if column.kind == "list":
        return "\n".join(value or [])
    if column.kind == "months":
        return [str(month) for month in value or []]
    if column.kind == "flag":
        return "yes" if value else "no"
    return "" if value is None else str(value)


def lacking(row: InformationSystem) -> dict[str, list[tuple[str, str]]]:
    """Part -> the columns (name, title) that it still needs before the system can be filed."""
    found: dict[str, list[tuple[str, str]]] = {}
    for fault in filing_faults(values_of(row)):
        name = fault.pointer.rpartition("/")[2]
        found.setdefault(PART_OF[name].name, []).append((name, title_of(BY_NAME[name])))
    return found


def last_version(row: InformationSystem) -> int:
    """The number of the last version that was kept; 0 before the first."""
    return row.versions.aggregate(last=Max("number"))["last"] or 0


@dataclass(frozen=True)
class Clash:
    """That somebody changed the system while the form was open."""

    version: SystemVersion | None
    person: User | None
    # (title, now in the register, as it was typed), of the columns changed in this part.
    columns: list[tuple[str, str, str]]


def clash_of(form: PartForm, row: InformationSystem) -> Clash:
    """Who changed the system since the form was opened, and what of this part."""
    seen = form.cleaned_data["seen"]
    versions = list(row.versions.filter(number__gte=max(seen, 1)).order_by("number"))
    newest = versions[-1] if versions and versions[-1].number > seen else None
    person = None
    if newest is not None and newest.changed_by:
        person = User.objects.filter(pk=newest.changed_by).first()
    before, now = (versions[0].values if versions else {}), values_of(row)
    changed = [name for name in form.part.columns if now[name] != before.get(name, now[name])]
    lines = [
        (title_of(column), label(column, now[name]), label(column, form.cleaned_data[name]))
        for name in changed
        for column in [BY_NAME[name]]
    ]
    return Clash(newest, person, lines)


def _state_field() -> forms.ChoiceField:
    column = BY_NAME["state"]
    return forms.ChoiceField(
        label=title_of(column),
        choices=[(state, label(column, state)) for state in REGISTRABLE],
        help_text=_("As it is today; later it moves by steps, each with its evidence."),
    )


def _reason_field() -> forms.CharField:
    return forms.CharField(
        label=_("Why the register is changed"),
        max_length=400,
        help_text=_("The system is filed; every change says why."),
    )


def _widget(column: Column) -> forms.Widget:
    if column.kind in ("choice", "flag"):
        return forms.Select(choices=choices_of(column))
    if column.kind == "months":
        months = [(str(number), str(number)) for number in range(1, 13)]
        return forms.CheckboxSelectMultiple(choices=months, attrs={"class": "months"})
    if column.kind == "list" or column.length > 400:
        return forms.Textarea(attrs={"rows": 4})
    if column.kind == "date":
        return forms.DateInput(attrs={"type": "date"})
    if column.kind in ("decimal", "whole"):
        return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.TextInput(attrs={"maxlength": column.length, "autocomplete": "off"})
