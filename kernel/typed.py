"""Fields in which some of perhaps thousands of rows are chosen by their names: a select, and where
there are too many to read through, names are typed, with suggestions while one grows."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.renderers import BaseRenderer
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from kernel.cells import joined, markup
from kernel.listparts import MOST_CHOICES
from kernel.texts import listed
from kernel.widgets import NamedField, NamedFields

# So many of those that have the words in their names are suggested, or told where it is not clear.
MOST_SUGGESTED = 20
_LONGEST, _LINES = 120, 8
_UNKNOWN = _("There is none of this name: %(names)s.")
_SEVERAL = _("Several have this in their names; type one of them whole: %(names)s.")


class TypedField(NamedField):
    """One row, by its key, its name, or words that it alone has in its name.

    ``suggest`` names the address that answers with ``suggested``.
    """

    def __init__(self, queryset: QuerySet[Any], *, suggest: str, **told: Any) -> None:
        super().__init__(queryset, widget=_OneName(suggest), **told)

    def to_python(self, value: Any) -> Any:
        """The row; refused where the words are in no name or in several."""
        words = _cleaned(value)
        if not words or _is_key(words):
            return super().to_python(words)
        rows: Any = self.queryset
        found = list(rows.filter(name=words)) or _with_words(rows, words)
        if not found:
            raise _refused(_UNKNOWN, [words])
        if len(found) > 1:
            raise _refused(_SEVERAL, [row.name for row in found])
        return found[0]


class TypedFields(NamedFields):
    """Some rows: picked, or their names typed, each in a line of its own."""

    def __init__(self, queryset: QuerySet[Any], **told: Any) -> None:
        super().__init__(queryset, widget=_SomeNames(), **told)

    def clean(self, value: Any) -> Any:
        """The rows; lines that name none are told."""
        lines = [_cleaned(line) for part in value or () for line in str(part).splitlines()]
        names = {line for line in lines if line and not _is_key(line)}
        rows: Any = self.queryset
        found = dict(rows.filter(name__in=names).values_list("name", "pk")) if names else {}
        unknown = sorted(names - found.keys())
        if unknown:
            raise _refused(_UNKNOWN, unknown[:MOST_SUGGESTED])
        return super().clean([found.get(line, line) for line in lines if line])


class _OneName(forms.Select):
    """A select or a line."""

    def __init__(self, suggest: str) -> None:
        super().__init__()
        self.suggest = suggest

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        """What suits the number of rows."""
        rows = _rows_of(self)
        if not _are_many(rows):
            return super().render(name, value, attrs, renderer)
        words = _names_of(rows, [value] if value else [])
        own = {"maxlength": _LONGEST, "placeholder": _told_of(self)}
        line = forms.TextInput({**own, **typing(name, self.suggest)})
        return markup(
            "{}{}", line.render(name, "".join(words), attrs, renderer), suggestions_of(name)
        )


class _SomeNames(forms.SelectMultiple):
    """A select or a box of lines."""

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        """What suits the number of rows."""
        rows = _rows_of(self)
        if not _are_many(rows):
            attrs = {**(attrs or {}), "size": _LINES}
            return super().render(name, value, attrs, renderer)
        box = forms.Textarea({"rows": _LINES, "placeholder": str(_("One name in each line"))})
        return box.render(name, "\n".join(_names_of(rows, value or ())), attrs, renderer)


def _told_of(widget: Any) -> str:
    """What an empty line means, where it may be empty, and what to type."""
    field = widget.choices.field
    meant = "" if field.required else str(field.empty_label).strip("-–")
    return " · ".join(filter(None, (meant, str(_("Part of the name")))))


def typing(name: str, suggest: str) -> dict[str, str]:
    """The attributes of a line in which a name is typed, asking for suggestions as it grows."""
    place = _place_of(name)
    return {
        "autocomplete": "off",
        "list": place,
        "hx-get": f"{reverse(suggest)}?of={name}",
        "hx-trigger": "input changed delay:200ms",
        "hx-target": f"#{place}",
    }


def suggestions_of(name: str) -> SafeString:
    """Where the suggestions of the line of this name come."""
    return markup('<datalist id="{}"></datalist>', _place_of(name))


def suggested(rows: QuerySet[Any], words: str) -> SafeString:
    """The rows that have the words in their names, as options of a line."""
    found = _with_words(rows, _cleaned(words))
    return joined(markup('<option value="{}"></option>', row.name) for row in found)


def _with_words(rows: QuerySet[Any], words: str) -> list[Any]:
    near = rows.filter(name__icontains=words).order_by("name")
    return list(near[:MOST_SUGGESTED]) if words else []


def _rows_of(widget: Any) -> Any:
    return widget.choices.queryset


def _are_many(rows: QuerySet[Any]) -> bool:
    return bool(rows.order_by()[MOST_CHOICES : MOST_CHOICES + 1].exists())


def _names_of(rows: QuerySet[Any], told: Iterable[Any]) -> list[str]:
    """What was told, keys as the names of their rows."""
    words = [str(one) for one in told]
    keys = [one for one in words if _is_key(one)]
    named: dict[str, str] = {}
    if keys:
        named = {str(key): name for key, name in rows.filter(pk__in=keys).values_list("pk", "name")}
    return [named.get(one, one) for one in words]


def _refused(text: Any, names: list[str]) -> ValidationError:
    return ValidationError(text, code="invalid_choice", params={"names": listed(names)})


def _cleaned(value: Any) -> str:
    return str("" if value is None else value).replace("\0", "").strip()


def _is_key(words: str) -> bool:
    try:
        UUID(words)
    except ValueError:
        return False
    return True


def _place_of(name: str) -> str:
    return f"names-of-{name}"
