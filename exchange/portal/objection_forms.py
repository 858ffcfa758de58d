"""Forms of objections: what is wrong, what was found, and how good the answer was."""

import csv
import io
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actions.attachments import MOST_BYTES
from catalog.models import Resource
from exchange.models import Batch, Dataset, Grant, Objection
from exchange.portal import sharing_words as words
from exchange.portal.request_forms import SharingForm, text
from exchange.tables import current_schema
from exchange.vocabulary import ObjectionKind

CLAIMS = 5
_BATCHES = 20
_CONTENT = ("corrected", "partly_corrected", "unfounded")
_OTHERS = ("remedied", "unfounded")


class ObjectionForm(SharingForm):
    """What is wrong; ``row`` is (resource, grant or None, whether one gave the grant)."""

    kind = forms.ChoiceField(label=_("What you object to"), widget=forms.RadioSelect)
    description = text(_("What is wrong, in detail"), 1000, rows=5)

    def prepare(self) -> None:
        """The kinds that this side can object to, and rows for single values."""
        resource, grant, is_giver = self.row
        kinds = [kind for kind in words.OBJECTION_KINDS if (kind == "misuse") == is_giver]
        self.fields["kind"].choices = [(kind, words.OBJECTION_KINDS[kind]) for kind in kinds]
        self.fields["kind"].initial = kinds[0]
        self.keys = _keys(grant) if grant and not is_giver else []
        self.names = _names(resource)
        for place in range(CLAIMS if self.keys else 0):
            self._add_claim(place, grant)

    def _add_claim(self, place: int, grant: Grant) -> None:
        items = [*grant.items, *grant.verify_items]
        for key in self.keys:
            self.fields[f"key_{place}_{key}"] = _cell(self.names.get(key, key))
        self.fields[f"item_{place}"] = forms.ChoiceField(
            label=_("Item"),
            choices=[("", "–"), *((one, self.names.get(one, one)) for one in items)],
            required=False,
        )
        self.fields[f"found_{place}"] = _cell(_("Received"))
        self.fields[f"claimed_{place}"] = _cell(_("Should be"))

    def clean(self) -> dict[str, Any]:
        """Each claim names its record whole."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        for place in range(CLAIMS if self.keys else 0):
            for key in self.keys:
                if said.get(f"item_{place}") and not said.get(f"key_{place}_{key}"):
                    self.add_error(f"key_{place}_{key}", _("Name the record by its whole key."))
        return said

    @property
    def plain(self) -> list[Any]:
        """The fields that are no claims."""
        return [self["kind"], self["description"]]

    @property
    def claim_rows(self) -> list[list[Any]]:
        """The fields of the claims, a line each."""
        names = [name for name in self.fields if name.rpartition("_")[0]]
        return [
            [self[name] for name in names if name.split("_")[1] == str(place)]
            for place in range(CLAIMS if self.keys else 0)
        ]

    @property
    def values(self) -> dict[str, Any]:
        """With the claims that were filled in."""
        said = self.cleaned_data
        claims = [
            {
                "key": {key: said[f"key_{place}_{key}"] for key in self.keys},
                "item": said[f"item_{place}"],
                "found": said[f"found_{place}"] or None,
                "claimed": said[f"claimed_{place}"] or None,
            }
            for place in range(CLAIMS if self.keys else 0)
            if said[f"item_{place}"]
        ]
        named = {"claims": claims} if claims else {}
        return {"kind": said["kind"], "description": said["description"], **named}


class EvidenceForm(SharingForm):
    """The document that shows it."""

    document = forms.FileField(
        label=_("Supporting document"),
        help_text=_("PDF, OFD, a picture or an office file, at most 10 MB."),
    )

    def clean_document(self) -> UploadedFile:
        """Not larger than what is kept."""
        found: UploadedFile = self.cleaned_data["document"]
        if found.size is None or found.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 10 MB."))
        return found

    @property
    def values(self) -> dict[str, Any]:
        """Its name and its bytes."""
        found = self.cleaned_data["document"]
        return {"file_name": found.name, "content": found.read()}


class CorrectForm(SharingForm):
    """The records as they should be, whole, as a table with a line of names."""

    lines_above = 1
    rows = text(_("Corrected records"), 200_000, rows=8)

    def prepare(self) -> None:
        """Which columns there are, and the head to begin with."""
        self.schema = _schema(self.row)
        names = ",".join(self.schema.names) if self.schema else ""
        self.initial["rows"] = names
        self.fields["rows"].help_text = gettext(
            "As CSV with the names of all columns in the first line; an empty cell is no value."
        )

    def clean_rows(self) -> list[dict[str, Any]]:
        """The records by column, in the types of the data."""
        if self.schema is None:
            raise forms.ValidationError(_("No data is attached that could be corrected."))
        found = list(csv.DictReader(io.StringIO(self.cleaned_data["rows"].strip())))
        strange = [name for row in found for name in row if name not in self.schema.names]
        if strange or any(None in row.values() for row in found):
            raise forms.ValidationError(
                _("Each line needs as many cells as the first line has names of columns.")
            )
        if not found:
            raise forms.ValidationError(_("There is no record below the line of names."))
        return [
            {name: _typed(self.schema.by_name[name].type, cell) for name, cell in row.items()}
            for row in found
        ]


class ResolveForm(SharingForm):
    """What the verification found."""

    outcome = forms.ChoiceField(label=_("What the verification found"))
    feedback = text(_("Feedback"), 1000)
    batch = forms.ModelChoiceField(
        label=_("Batch that corrects it"), required=False, queryset=Batch.objects.none()
    )

    def prepare(self) -> None:
        """The outcomes that fit the kind, and what was published since."""
        is_content = self.row.kind == ObjectionKind.CONTENT
        fitting = _CONTENT if is_content else _OTHERS
        outcomes = [(code, words.OBJECTION_OUTCOMES[code]) for code in fitting]
        self.fields["outcome"].choices = [("", _("Choose")), *outcomes]
        if not is_content or self.row.batch_id:
            del self.fields["batch"]
            return
        since = Batch.objects.filter(
            dataset__resource_id=self.row.resource_id, created_at__gt=self.row.created_at
        ).order_by("-number")
        self.fields["batch"].queryset = since
        self.fields["batch"].choices = [
            ("", "–"),
            *((row.pk, f"{row.number} · {row.created_at:%Y-%m-%d}") for row in since[:_BATCHES]),
        ]


class CloseForm(SharingForm):
    """How good the answer was."""

    rating = forms.TypedChoiceField(
        label=_("How good was the answer?"),
        coerce=int,
        widget=forms.RadioSelect,
        choices=[
            (5, _("5 – very good")),
            (4, _("4 – good")),
            (3, _("3 – fair")),
            (2, _("2 – poor")),
            (1, _("1 – very poor")),
        ],
    )


def _cell(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=200, required=False)


def _names(resource: Resource) -> dict[str, str]:
    """What the catalogue calls the columns."""
    published = resource.published
    return {item.column: item.name for item in published.items.all()} if published else {}


def _keys(grant: Grant) -> list[str]:
    schema = _schema_of(grant.resource_id)
    return list(schema.key) if schema else []


def _schema(objection: Objection) -> Any:
    return _schema_of(objection.resource_id)


def _schema_of(resource_id: Any) -> Any:
    dataset = Dataset.objects.select_related("schema").filter(resource_id=resource_id).first()
    return current_schema(dataset) if dataset else None


def _typed(kind: str, cell: str) -> Any:
    """The cell as JSON has it; what is no such value stays text, for the check to refuse it."""
    if cell == "":
        return None
    if kind == "boolean":
        return {"true": True, "false": False}.get(cell.lower(), cell)
    try:
        return {"integer": int, "float": float}.get(kind, str)(cell)
    except ValueError:
        return cell
