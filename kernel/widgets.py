"""How forms draw what is filled in and chosen from: by functions, for Django's own template for
each choice costs a page of many choices most of its time."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.safestring import SafeString

from kernel.cells import NONE, escaped, joined, markup

Widget = dict[str, Any]


class _Names(ModelChoiceIterator):  # type: ignore[type-arg]
    """Rows by key and name alone."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        yield from self.queryset.values_list("pk", "name")


class NamedField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of rows that are known by their names; to show the names no row is read whole."""

    iterator = _Names

    def __init__(self, queryset: Any, *, empty_label: Any = NONE, **told: Any) -> None:
        super().__init__(queryset, empty_label=empty_label, **told)


class NamedFields(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Some of rows that are known by their names."""

    iterator = _Names


class Renderer(DjangoTemplates):
    """Django's, but for fields of text, selects, radio buttons and checkboxes."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        """As Django's templates draw it."""
        draw = _DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)


def _input(widget: Widget) -> SafeString:
    told = {name: widget[name] for name in ("type", "name", "value")}
    return markup("<input{}>", _attributes({**told, **widget["attrs"]}))


def _textarea(widget: Widget) -> SafeString:
    # A browser takes the line's end that follows the tag for none of the text's.
    attributes, value = _attributes(widget["attrs"]), widget["value"] or ""
    return markup('<textarea name="{}"{}>\n{}</textarea>', widget["name"], attributes, value)


def _select(widget: Widget) -> SafeString:
    groups = (
        _group(name, SafeString("".join(map(_option, options))))
        for name, options, _place in widget["optgroups"]
    )
    attributes = _attributes(widget["attrs"])
    return markup('<select name="{}"{}>{}</select>', widget["name"], attributes, joined(groups))


def _group(name: Any, options: SafeString) -> SafeString:
    return markup('<optgroup label="{}">{}</optgroup>', name, options) if name else options


def _option(option: Widget) -> str:
    told = option["attrs"]
    attributes = _attributes(told) if told else ""
    value, label = escaped(str(option["value"])), escaped(option["label"])
    return f'<option value="{value}"{attributes}>{label}</option>'


def _buttons(widget: Widget) -> SafeString:
    told = widget["attrs"]
    own = {name: told[name] for name in ("id", "class") if told.get(name)}
    groups = (_titled(name, options) for name, options, _place in widget["optgroups"])
    return markup("<div{}>{}</div>", _attributes(own), joined(groups))


def _titled(name: Any, options: list[Widget]) -> SafeString:
    drawn = joined(markup("<div>{}</div>", _button(option)) for option in options)
    return markup("<div><label>{}</label>{}</div>", name, drawn) if name else drawn


def _button(option: Widget) -> SafeString:
    drawn = _input(option)
    if not option.get("wrap_label"):
        return drawn
    place = option["attrs"].get("id")
    meant = _attributes({"for": place}) if place else ""
    return markup("<label{}>{} {}</label>", meant, drawn, option["label"])


def _attributes(told: dict[str, Any]) -> SafeString:
    return joined(
        markup(" {}", name) if value is True else markup(' {}="{}"', name, str(value))
        for name, value in told.items()
        if value is not False and value is not None
    )


_DRAWN = {
    **dict.fromkeys(
        (
            f"django/forms/widgets/{kind}.html"
            for kind in ("checkbox", "date", "email", "hidden", "number", "password", "text", "url")
        ),
        _input,
    ),
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/radio.html": _buttons,
    "django/forms/widgets/checkbox_select.html": _buttons,
}
