"""What is chosen from is drawn as Django's own templates draw it."""

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from accounts.models import Department
from kernel.widgets import NamedField, NamedFields, Renderer

CHOICES = [("", "请选择"), ("a&b", "<甲>"), ("组", [("1", "一"), (2, "二")])]
FLAT = [("a", "甲"), ("b", "<乙>")]


def drawn(widget, renderer, value):
    said = str(widget.render("kind", value, {"id": "kind", "required": True}, renderer()))
    text = re.sub(r">\s+", ">", re.sub(r"\s+<", "<", said))
    # The order of the attributes is nobody's business.
    return re.sub(r"<(\w+)([^>]*)>", lambda tag: f"<{tag[1]} {sorted(_parts(tag[2]))}>", text)


def _parts(attributes):
    return re.findall(r'\w[\w-]*(?:="[^"]*")?', attributes)


@pytest.mark.parametrize("value", ["", "a&b", 2, None, ["1", "2"]])
@pytest.mark.parametrize("kind", [forms.Select, forms.SelectMultiple])
def test_a_select_is_drawn_as_django_draws_it(kind, value):
    widget = kind(choices=CHOICES, attrs={"class": "wide"})
    assert drawn(widget, Renderer, value) == drawn(widget, DjangoTemplates, value)


@pytest.mark.parametrize("choices", [FLAT, CHOICES])
@pytest.mark.parametrize("kind", [forms.RadioSelect, forms.CheckboxSelectMultiple])
def test_buttons_are_drawn_as_django_draws_them(kind, choices):
    widget = kind(choices=choices, attrs={"class": "months"})
    assert drawn(widget, Renderer, ["a"]) == drawn(widget, DjangoTemplates, ["a"])


@pytest.mark.parametrize("value", ["", None, 'a"b', 7, True, False])
@pytest.mark.parametrize(
    "kind",
    [
        forms.CheckboxInput, forms.DateInput, forms.EmailInput, forms.HiddenInput,
        forms.NumberInput, forms.PasswordInput, forms.Textarea, forms.TextInput, forms.URLInput,
    ],
)  # fmt: skip
def test_fields_of_one_line_are_drawn_as_django_draws_them(kind, value):
    widget = kind(attrs={"maxlength": 9, "data-x": False})
    assert drawn(widget, Renderer, value) == drawn(widget, DjangoTemplates, value)


@pytest.mark.django_db
def test_rows_are_chosen_by_name_and_read_when_they_were_chosen(department):
    field = NamedField(Department.objects.order_by("name"), empty_label="请选择")
    assert list(field.choices) == [("", "请选择"), (department.pk, department.name)]
    assert field.clean(str(department.pk)) == department
    several = NamedFields(Department.objects.all())
    assert list(several.choices) == [(department.pk, department.name)]
    assert list(several.clean([str(department.pk)])) == [department]
