"""Forms of an import: the file, and how its columns are said in ours."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from accounts.portal.choices import DepartmentField
from accounts.portal.forms import PortalForm
from catalog.interchange.columns import ENTRY_COLUMNS, ITEM_COLUMNS, ITEM_PREFIX
from catalog.interchange.reading import FORMATS, MOST_BYTES
from catalog.models import CatalogImport, Category
from catalog.portal import import_words
from catalog.portal.words import column_title

AUTO, LEFT_OUT = "auto", "-"


class UploadForm(PortalForm):
    """The file, and whose catalogue it is."""

    refusals = {
        "too-high": _("Choose a class of the second level or below."),
        "invalid-choice": _("Choose one of the formats."),
    }
    file = forms.FileField(
        label=_("File"),
        help_text=_("The national template or a table: Excel, CSV, JSON, DCAT; 64 MB at most."),
        widget=forms.ClearableFileInput(
            attrs={"accept": ".xlsx,.xls,.csv,.json,.jsonld,.rdf,.xml,.ttl"}
        ),
    )
    source = forms.CharField(
        label=_("Name of this catalogue"),
        max_length=60,
        help_text=_("Give the next file of it the same name: its entries are known again then."),
    )
    department = DepartmentField(
        label=_("Department"), required=False, empty_label=_("As the file says")
    )
    category = forms.CharField(
        label=_("Class of entries that name none"),
        max_length=30,
        required=False,
        help_text=_("The code of a class, such as 307024."),
    )
    format = forms.ChoiceField(
        label=_("File format"),
        required=False,
        choices=[
            ("", _("Found out from the file")),
            *((f, import_words.FORMATS[f]) for f in FORMATS),
        ],
    )
    standing = forms.ChoiceField(
        label=_("Entries come in as"),
        choices=[
            (CatalogImport.Standing.DRAFT.value, _("Drafts, to be completed and reviewed")),
            (CatalogImport.Standing.IN_FORCE.value, _("In force, published elsewhere already")),
        ],
    )

    def prepare(self) -> None:
        """What only the platform may choose is offered to nobody else."""
        actor = self.actor
        if actor is None or not may_everywhere(actor, Perm.CATALOG_IMPORT):
            del self.fields["department"]
        else:
            field = self.fields["department"]
            rows = Department.objects.filter(is_active=True).order_by("name")
            field.queryset = rows  # type: ignore[attr-defined]
        if actor is None or not may(actor, Perm.CATALOG_LOAD):
            del self.fields["standing"]

    def clean_file(self) -> Any:
        """A file that is not too large."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 64 MB; split it."))
        return file

    def clean_category(self) -> Category | None:
        """The class of this code."""
        code = self.cleaned_data["category"].strip()
        if not code:
            return None
        found = Category.objects.filter(code=code).first()
        if found is None:
            raise forms.ValidationError(_("There is no class with this code."))
        return found


def column_choices() -> list[tuple[Any, Any]]:
    """What a column of a file can be: found out, left out, or one of ours."""
    entries: list[Any] = [(name, column_title(column)) for name, column in ENTRY_COLUMNS.items()]
    items: list[Any] = [
        (f"{ITEM_PREFIX}{name}", column_title(column)) for name, column in ITEM_COLUMNS.items()
    ]
    return [
        (AUTO, _("Found out by its title")),
        (LEFT_OUT, _("Leave it out")),
        (_("Of the entry"), entries),
        (_("Of an item"), items),
    ]


def read_columns(given: QueryDict, before: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping with the columns that were chosen on the page; its other parts stay."""
    titles = given.getlist("title")[:200]
    names = given.getlist("column")[:200]
    columns = {
        title.strip()[:200]: "" if name == LEFT_OUT else name
        for title, name in zip(titles, names, strict=False)
        if title.strip() and name and name != AUTO
    }
    rest = {name: part for name, part in before.items() if name != "columns"}
    return {**rest, **({"columns": columns} if columns else {})}
