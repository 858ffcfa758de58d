from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from catalog.vocabulary import ShareMode


def _names(size: int = 63) -> ArrayField:
    return ArrayField(models.CharField(max_length=size), default=list, blank=True)


class Terms(models.Model):
    """What is granted: to whom which items in which shape, for what, how much and until when."""

    items = ArrayField(models.CharField(max_length=63))
    # Items that are answered with yes or no only (核验), never delivered.
    verify_items = _names()
    # Item -> mask, as exchange.dataplane.masks writes it.
    masks = models.JSONField(default=dict, blank=True)
    # Which rows, in the language of exchange.dataplane.conditions; empty for all.
    condition = models.TextField(blank=True)
    purposes = _names(40)
    modes = ArrayField(models.CharField(max_length=12, choices=ShareMode))
    # Further systems of the department that may read, beside the grant's own.
    systems = ArrayField(models.UUIDField(), default=list, blank=True)
    # Networks (CIDR) from which it may be read; empty for any.
    networks = _names(43)
    calls_per_day = models.PositiveIntegerField(null=True, blank=True)
    rows_per_day = models.PositiveBigIntegerField(null=True, blank=True)
    ends_on = models.DateField()

    class Meta:
        abstract = True


TERMS = tuple(field.name for field in Terms._meta.local_fields)


def terms_of(row: Terms) -> dict[str, Any]:
    """The terms by column: what one row says, to be written into another."""
    return {name: getattr(row, name) for name in TERMS}
