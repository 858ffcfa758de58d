"""The form of an entry: the guide's metadata in groups, what depends on an answer beside it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import InformationSystem
from accounts.portal.forms import PortalForm
from catalog.interchange.columns import ENTRY_COLUMNS, METADATA_NAMES, Column
from catalog.interchange.values import split
from catalog.metadata import METADATA
from catalog.models import Category, Entry
from catalog.portal.words import column_label, column_title
from catalog.vocabulary import FORMAT_TYPES
from kernel.widgets import NamedField

MOST_LISTED = 100
# Types of formats whose names are words.
_FORMATS = {"表格驱动码": _("Table-driven code")}
# What has to be said before a version is submitted, whatever else it says.
NEEDED = frozenset(
    {
        *("category", "name", "abstract", "format_class", "format_type", "update_cycle"),
        *("share_type", "data_class", "data_grade", "secrecy_assessment"),
    }
)
GROUPS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    (
        "what",
        _("About the data"),
        ("name", "category", "internal_office", "abstract", "keywords", "theme", "industry"),
    ),
    (
        "format",
        _("Format and source"),
        ("format_class", "format_type", "format_note", "source_system"),
    ),
    (
        "sharing",
        _("Terms of sharing"),
        (
            *("share_type", "share_condition", "share_modes", "share_scope", "use_purpose"),
            *("refusal_reason", "legal_basis"),
        ),
    ),
    ("opening", _("Opening to the public"), ("open_to_public", "open_condition")),
    (
        "update",
        _("Update and contact"),
        ("update_cycle", "released_on", "related_codes", "landing_url", "contact"),
    ),
    (
        "grading",
        _("Class, grade and assessments"),
        (
            *("data_class", "data_grade", "grade_note", "secrecy_assessment"),
            *("privacy_assessment", "collection_reason"),
        ),
    ),
    (
        "census",
        _("Numbers of the census"),
        (
            *("storage_gb", "records_wan", "shared_storage_gb", "shared_records_wan"),
            *("opened_storage_gb", "opened_records_wan"),
        ),
    ),
)
# Asked only where another field says so: (that field, its values).
WHEN: dict[str, tuple[str, tuple[str, ...]]] = {
    "format_note": ("format_type", ("其他",)),
    "share_condition": ("share_type", ("unconditional", "conditional")),
    "share_modes": ("share_type", ("unconditional", "conditional")),
    "share_scope": ("share_type", ("conditional",)),
    "use_purpose": ("share_type", ("conditional",)),
    "refusal_reason": ("share_type", ("not_shared",)),
    "legal_basis": ("share_type", ("not_shared",)),
    "open_condition": ("open_to_public", ("on",)),
    "grade_note": ("data_grade", ("important", "core")),
}
HINTS: dict[str, Any] = {
    "category": _("The code of a class of the second level or below, such as 307024."),
    "name": _("Name the data, not the system that holds them."),
    "abstract": _(
        "What the data are about, whom they cover and since when; 20 characters or more."
    ),
    "share_condition": _("For unconditional sharing write 无条件."),
    "share_scope": _("For conditional sharing: to whom the data may go."),
    "use_purpose": _("For conditional sharing: what the data may be used for."),
    "refusal_reason": _("For data that are not shared: why not."),
    "legal_basis": _("The law, regulation or State Council decision with its article."),
    "keywords": _("Parted by commas."),
    "related_codes": _("Codes of other entries, parted by commas."),
    "open_condition": _("For open data: the condition of opening."),
    "grade_note": _("For important and core data: which list names them."),
    "collection_reason": _("If other departments collect this already: why it is collected again."),
    "secrecy_assessment": _("The result of the assessment of secrecy risks."),
    "storage_gb": _("Write 0 where it is not known."),
}


@dataclass(frozen=True)
class Shown:
    """A field as the page draws it: whether it is needed, and when it is asked."""

    field: forms.BoundField
    is_needed: bool
    when: str


@dataclass(frozen=True)
class Group:
    """Fields that belong together."""

    name: str
    title: Any
    fields: list[Shown]


class EntryForm(PortalForm):
    """What the provider writes of a version; a draft may have gaps but for its name and class."""

    keeps = frozenset(METADATA)
    refusals: ClassVar[dict[str, Any]] = {
        "too-high": _("Choose a class of the second level or below."),
        "not-own-system": _("Choose a system of your own department."),
    }

    def prepare(self) -> None:
        """One field a column, in the words of the guide."""
        self.fields["category"] = forms.CharField(max_length=60, label=_("Class"))
        for name in METADATA_NAMES:
            self.fields[name] = self._field(ENTRY_COLUMNS[name])
        for name, field in self.fields.items():
            if name != "category":
                field.label = column_title(ENTRY_COLUMNS[name])
            field.help_text = HINTS.get(name, "")
            field.required = name in ("name", "category")
        self.fields["category"].widget.attrs |= {"list": "classes", "autocomplete": "off"}

    @cached_property
    def groups(self) -> list[Group]:
        """The fields in their groups."""
        return [
            Group(name, title, [self._shown(one) for one in names]) for name, title, names in GROUPS
        ]

    def clean_category(self) -> Category:
        """The class of this code, or of this name where it is the only one."""
        said = self.cleaned_data["category"].strip().split(" ")[0]
        found = Category.objects.filter(code=said).first()
        if found is None:
            named = list(Category.objects.filter(name=self.cleaned_data["category"].strip())[:2])
            if len(named) != 1:
                raise forms.ValidationError(_("There is no class with this code."))
            found = named[0]
        return found

    def clean(self) -> dict[str, Any]:
        """Lists as lists; texts are never null."""
        values: dict[str, Any] = super().clean() or {}
        for name, value in list(values.items()):
            column = ENTRY_COLUMNS.get(name)
            if column is not None and column.kind == "list":
                values[name] = self._listed(name, column, str(value or ""))
        return values

    def _listed(self, name: str, column: Column, text: str) -> list[str]:
        parts = [part.strip() for part in split(text) if part.strip()]
        if len(parts) > MOST_LISTED or any(len(part) > column.length for part in parts):
            self.add_error(name, _("Write less: the list or one of its parts is too long."))
        return parts

    def _shown(self, name: str) -> Shown:
        other, values = WHEN.get(name, ("", ()))
        when = f"{other}:{'|'.join(values)}" if other else ""
        return Shown(self[name], name in NEEDED, when)

    def _field(self, column: Column) -> forms.Field:
        if column.name == "source_system":
            return self._systems()
        return _FIELDS.get(column.kind, _text)(column)

    def _systems(self) -> forms.ModelChoiceField:
        department = self.actor.department_id if self.actor else None
        if self.row is not None:
            department = self.row.department_id
        rows = InformationSystem.objects.filter(department_id=department or "").order_by("name")
        return NamedField(queryset=rows, required=False, empty_label=_("Choose"))


def initial_of(entry: Entry) -> dict[str, Any]:
    """What the version says, as the form's fields show it."""
    values = {name: getattr(entry, name) for name in METADATA}
    for name, value in values.items():
        if isinstance(value, list) and ENTRY_COLUMNS[name].kind == "list":
            values[name] = "，".join(value)
    values["source_system"] = entry.source_system_id
    values["category"] = entry.resource.category.code
    return values


def _text(column: Column) -> forms.Field:
    return forms.CharField(max_length=column.length)


def _lines(column: Column) -> forms.Field:
    return forms.CharField(max_length=column.length, widget=forms.Textarea(attrs={"rows": 3}))


def _choice(column: Column) -> forms.Field:
    told = [(value, column_label(column, value)) for value in column.choices]
    return forms.ChoiceField(choices=[("", _("Choose")), *told])


def _modes(column: Column) -> forms.Field:
    told = [(value, column_label(column, [value])) for value in column.choices]
    return forms.MultipleChoiceField(choices=told, widget=forms.CheckboxSelectMultiple)


def _format_type(column: Column) -> forms.Field:
    format_class = ENTRY_COLUMNS["format_class"]
    grouped = [
        (
            column_label(format_class, kind),
            [(one, _FORMATS.get(one, one)) for one in types if one != "其他"],
        )
        for kind, types in FORMAT_TYPES.items()
    ]
    return forms.ChoiceField(choices=[("", _("Choose")), *grouped, ("其他", _("Other format"))])


def _flag(column: Column) -> forms.Field:
    return forms.BooleanField()


def _date(column: Column) -> forms.Field:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))


def _decimal(column: Column) -> forms.Field:
    return forms.DecimalField(max_digits=16, decimal_places=4, min_value=0)


def _list(column: Column) -> forms.Field:
    return forms.CharField(max_length=column.length * MOST_LISTED)


_FIELDS = {
    "text": _text,
    "lines": _lines,
    "choice": _choice,
    "modes": _modes,
    "format_type": _format_type,
    "flag": _flag,
    "date": _date,
    "decimal": _decimal,
    "list": _list,
}
