"""What of a list is too much for a template: its cells and the fields of its filters."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from kernel.cells import NONE, escaped, joined, markup
from kernel.listparts import Cell, Column, Field
from kernel.lists import List
from kernel.typed import suggestions_of, typing

register = template.Library()
_SELECTED = {True: mark_safe(" selected"), False: ""}
# What is not there is left out where a row is read from above to below: (number?, nothing?).
_CLASSES = {
    (False, False): "",
    (True, False): mark_safe(' class="number"'),
    (False, True): mark_safe(' class="none"'),
    (True, True): mark_safe(' class="number none"'),
}


@register.simple_tag
def options(choices: Iterable[tuple[Any, Any]], chosen: str = "") -> SafeString:
    """The choices as options, the chosen one selected."""
    return SafeString("".join(_option(value, title, chosen) for value, title in choices))


def _option(value: Any, title: Any, chosen: str) -> str:
    selected = _SELECTED[str(value) == chosen]
    return f'<option value="{escaped(value)}"{selected}>{escaped(title)}</option>'


@register.simple_tag
def filter_fields(fields: Iterable[Field]) -> str:
    """The filters as fields of a form."""
    return joined(map(filter_field, fields))


@register.simple_tag
def filter_field(field: Field) -> str:
    """A filter as a field of a form: a select, a day, or a line to type in."""
    drawn = _DRAWN.get(field.filter.kind, _select) if not field.is_typed else _typed
    return markup("<label><span>{}</span>{}</label>", field.filter.title, drawn(field))


def _select(field: Field) -> str:
    pattern = '<select name="{}"><option value="">{}</option>{}</select>'
    offered = options(field.choices, field.value)
    return markup(pattern, field.filter.name, gettext("All"), offered)


def _day(field: Field) -> str:
    return markup('<input type="date" name="{}" value="{}">', field.filter.name, field.value)


def _text(field: Field) -> str:
    return markup('<input name="{}" value="{}" maxlength="100">', field.filter.name, field.value)


def _typed(field: Field) -> str:
    name = field.filter.name
    told = joined(markup(' {}="{}"', *one) for one in typing(name, field.suggest).items())
    pattern = '<input name="{}" value="{}" maxlength="100" placeholder="{}"{}>{}'
    return markup(pattern, name, field.text, gettext("All"), told, suggestions_of(name))


_DRAWN = {"day": _day, "text": _text}


@register.simple_tag(takes_context=True)
def table_rows(context: Context, shown: List) -> str:
    """The rows of the list's table."""
    attributes = [_attributes(column) for column in shown.chosen]
    pick = gettext("Pick") if shown.bulk_steps else ""
    rows = []
    for row, cells in shown.body:
        line = [_cell(*one, context) for one in zip(attributes, cells, strict=True)]
        picker = _picker(pick, cells[0].value, row.pk) if pick else ""
        rows.append(markup("<tr>{}{}</tr>", picker, joined(line)))
    return joined(rows, "\n")


def _attributes(column: Column) -> str:
    return markup(' data-label="{}"', column.title)


def _cell(attributes: str, cell: Cell, context: Context) -> str:
    column, row, value = cell
    inside = _form(cell, context) if column.template else column.drawn(row, value)
    classes = _CLASSES[column.is_number, inside == NONE]
    return markup("<td{}{}><span>{}</span></td>", attributes, classes, inside)


def _form(cell: Cell, context: Context) -> str:
    form = context.template.engine.get_template(cell.column.template)  # type: ignore[union-attr]
    with context.push(row=cell.row, value=cell.value):
        return form.render(context)


def _picker(pick: str, named: Any, pk: Any) -> str:
    return markup(
        '<td class="pick"><label><span class="visually-hidden">{} {}</span>'
        '<input type="checkbox" form="bulk" name="pick" value="{}"></label></td>',
        pick,
        named,
        pk,
    )
