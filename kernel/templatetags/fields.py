"""A form's field with its label, hint and errors: by a function, for a form has dozens."""

from typing import Any

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

from kernel.cells import joined, markup

register = template.Library()


@register.simple_tag
def field_of(field: BoundField, mark: Any = "") -> SafeString:
    """The field; ``mark`` stands in a badge behind its label."""
    place, errors = field.id_for_label, field.errors
    badge = markup(' <span class="badge">{}</span>', mark) if mark else ""
    hint = field.help_text
    inside = (
        markup('<p class="hint" id="{}_helptext">{}</p>', place, hint) if hint else "",
        joined(markup('<p class="error" id="{}_error">{}</p>', place, one) for one in errors),
        str(field),
    )
    wrong = markup(" wrong") if errors else ""
    if field.use_fieldset:
        pattern = '<div class="field{}"><fieldset><legend>{}{}</legend>{}{}{}</fieldset></div>'
        return markup(pattern, wrong, field.label, badge, *inside)
    pattern = '<div class="field{}"><label for="{}">{}{}</label>{}{}{}</div>'
    return markup(pattern, wrong, place, field.label, badge, *inside)
