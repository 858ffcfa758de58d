"""Deeds of the trail in words."""

from django import template

from accounts.portal.deeds import deed_of

register = template.Library()
register.filter("deed", deed_of)
