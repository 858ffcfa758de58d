"""Deeds on data elements: what an item means, wherever it is collected."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from catalog.errors import ElementTaken
from catalog.models import DataElement
from kernel.texts import Text


@transaction.atomic
def define_element(*, actor: Actor, identifier: str, **values: Any) -> DataElement:
    """Define an element; ``values`` are its columns: name, definition, standard, data_type, length,
    code_list and synonyms."""
    require(actor, Perm.ELEMENT_DEFINE)
    try:
        with transaction.atomic():
            made = DataElement.objects.create(identifier=identifier, **values)
    except IntegrityError as taken:
        raise ElementTaken(
            Text("{identifier} is taken", identifier=identifier), identifier=identifier
        ) from taken
    audit.record(actor, "element.defined", made, identifier=identifier)
    return made


@transaction.atomic
def change_element(
    element: DataElement, *, actor: Actor, expected: int, values: Mapping[str, Any]
) -> DataElement:
    """Change what an element says; its identifier stays. Items are held to it when next filed."""
    require(actor, Perm.ELEMENT_DEFINE)
    element.change(expected, **values)
    audit.record(actor, "element.changed", element, fields=sorted(values))
    return element
