"""Texts as the reader's language writes them."""

from collections.abc import Iterable

from django import template

from kernel import texts

register = template.Library()


@register.filter
def listed(values: Iterable[object]) -> str:
    """The values behind one another: with 、 in Chinese, with commas in English."""
    return texts.listed(values)
