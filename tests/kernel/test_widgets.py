"""What is chosen from is drawn as Django's own templates draw it."""

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from kernel.widgets import Renderer

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


def test_other_fields_are_django_s_own():
    widget = forms.TextInput()
    assert drawn(widget, Renderer, "甲") == drawn(widget, DjangoTemplates, "甲")
