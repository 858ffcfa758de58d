"""One row by the key that somebody gave."""

from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models

from kernel.errors import NotFound

M = TypeVar("M", bound=models.Model)


def fetch(rows: models.QuerySet[M], pk: object) -> M:
    """The row with this key among these, or NotFound: unseen and absent look alike."""
    try:
        return rows.get(pk=rows.model._meta.pk.to_python(pk))
    except (ObjectDoesNotExist, ValueError, TypeError, ValidationError) as absent:
        raise NotFound() from absent
