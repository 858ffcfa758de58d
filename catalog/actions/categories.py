"""Deeds on the tree of classes."""

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from catalog.codes import category_code_fault
from catalog.errors import CategoryInvalid, CategoryTaken
from catalog.models import Category


@transaction.atomic
def add_category(*, actor: Actor, code: str, name: str, parent: Category | None = None) -> Category:
    """Add a class below ``parent``, whose code begins the new one's."""
    require(actor, Perm.CATEGORY_ADD)
    fault = category_code_fault(code, parent.code if parent else None)
    if fault:
        raise CategoryInvalid.field("code", fault, "category-code")
    try:
        with transaction.atomic():
            category = Category.objects.create(code=code, name=name, parent=parent)
    except IntegrityError as taken:
        raise CategoryTaken(f"the code {code} is taken") from taken
    audit.record(actor, "category.added", category, code=code)
    return category
