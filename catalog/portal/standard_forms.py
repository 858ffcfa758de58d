"""Forms of what the catalogue is written by: code lists, data elements, and words for search."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from accounts.portal.choices import DepartmentField
from accounts.portal.forms import PortalForm
from catalog.interchange.columns import ITEM_COLUMNS
from catalog.models import CodeList, DataElement, SynonymSet
from catalog.portal.words import column_label
from catalog.vocabulary import ItemType
from kernel.errors import Invalid
from kernel.problems import told_errors

_LINE_HINT = _("One a line: the code, then its name. Two columns can be pasted from Excel.")


class CodesField(forms.CharField):
    """Codes and their names, one pair a line, as a list of (code, name)."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Codes"),
            help_text=_LINE_HINT,
            widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
        )

    def to_python(self, value: Any) -> Any:
        """The pairs; what has no name has an empty one, which the action refuses."""
        lines = [line for line in (super().to_python(value) or "").splitlines() if line.strip()]
        return [_pair(line) for line in lines]


def _pair(line: str) -> tuple[str, str]:
    code, _sep, name = line.strip().replace("\t", " ").partition(" ")
    return code, name.strip()


def written(pairs: dict[str, str]) -> str:
    """The codes as the field takes them."""
    return "\n".join(f"{code} {name}" for code, name in pairs.items())


class VersionForm(PortalForm):
    """All codes of a version of a list, and why it follows the one before."""

    effective_on = forms.DateField(
        label=_("In force from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    change_message = forms.CharField(label=_("What changes, and why"), max_length=400)
    codes = CodesField()

    def refuse(self, refused: Invalid) -> None:
        """Each code that cannot be is named by its place."""
        errors = [_of_code(one) for one in told_errors(refused)]
        super().refuse(Invalid(refused.detail, errors=errors))

    def prepare(self) -> None:
        """The codes of the newest version, to go on from."""
        newest = self.row.versions.order_by("-number").first()
        self.fields["codes"].initial = written(newest.pairs) if newest else ""
        self.fields["effective_on"].initial = timezone.localdate()


def _of_code(error: dict[str, Any]) -> dict[str, Any]:
    parts = error["pointer"].removeprefix("#/").split("/")
    if parts[0] != "codes" or len(parts) < 3:
        return error
    told = {"place": int(parts[1]) + 1, "cause": error["detail"]}
    word = _("Code %(place)s: %(cause)s") if parts[2] == "code" else _("Name %(place)s: %(cause)s")
    return {**error, "detail": str(word % told)}


class CodeListForm(VersionForm):
    """A list with the codes of its first version."""

    field_order = ("identifier", "name", "department")

    identifier = forms.CharField(
        label=_("Identifier"),
        max_length=40,
        help_text=_("As it is cited: GB/T 2260, or a local name."),
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    department = DepartmentField(
        label=_("Department"),
        required=False,
        empty_label=_("National"),
        help_text=_("Of a local list: who keeps it."),
    )

    def prepare(self) -> None:
        """Who can keep a list; the first version needs no reason."""
        department: Any = self.fields["department"]
        department.queryset = Department.objects.filter(is_active=True).order_by("name")
        del self.fields["change_message"]
        self.fields["effective_on"].initial = timezone.localdate()


class ElementForm(PortalForm):
    """What a data element says; the row is the element, or none for a new one."""

    keeps = frozenset({"definition", "standard", "length", "code_list", "synonyms"})

    identifier = forms.CharField(label=_("Identifier"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=120)
    definition = forms.CharField(
        label=_("Definition"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    standard = forms.CharField(label=_("Standard"), max_length=120, required=False)
    data_type = forms.ChoiceField(label=_("Data type"))
    length = forms.IntegerField(
        label=_("Length"), required=False, min_value=1, max_value=2_147_483_647
    )
    code_list = forms.ModelChoiceField(
        label=_("Code list"), queryset=CodeList.objects.none(), required=False, empty_label="–"
    )
    synonyms = forms.CharField(
        label=_("Other names"),
        required=False,
        help_text=_("One a line: other names under which departments write it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    expected = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def prepare(self) -> None:
        """What can be chosen; of an element that is there what it says now."""
        data_type: Any = self.fields["data_type"]
        data_type.choices = [
            (kind, column_label(ITEM_COLUMNS["data_type"], kind)) for kind in ItemType.values
        ]
        code_list: Any = self.fields["code_list"]
        code_list.queryset = CodeList.objects.order_by("identifier")
        if isinstance(self.row, DataElement):
            self._begin_with(self.row)

    def _begin_with(self, row: DataElement) -> None:
        del self.fields["identifier"]
        for name in ("name", "definition", "standard", "data_type", "length", "code_list"):
            self.fields[name].initial = getattr(row, name)
        self.fields["synonyms"].initial = "\n".join(row.synonyms)
        self.fields["expected"].initial = row.version

    def clean_synonyms(self) -> list[str]:
        """One a line, each once."""
        return _lines(self.cleaned_data["synonyms"], 120)

    @property
    def values(self) -> dict[str, Any]:
        """The columns of the element; the version that was read is told apart."""
        return {name: value for name, value in super().values.items() if name != "expected"}


class SynonymForm(PortalForm):
    """Words that search takes for one another; the row is the set, or none for a new one."""

    words = forms.CharField(
        label=_("Words"),
        help_text=_("One a line: two or more that mean the same."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    expected = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def prepare(self) -> None:
        """The words as they are now."""
        if isinstance(self.row, SynonymSet):
            self.fields["words"].initial = "\n".join(self.row.words)
            self.fields["expected"].initial = self.row.version

    def clean_words(self) -> list[str]:
        """One a line, each once."""
        return _lines(self.cleaned_data["words"], 60)


def _lines(text: str, most: int) -> list[str]:
    """The lines of a text, each once."""
    found = list(dict.fromkeys(filter(None, map(str.strip, text.splitlines()))))
    if any(len(line) > most for line in found):
        raise ValidationError(_("A line is too long."), code="too-long")
    return found
