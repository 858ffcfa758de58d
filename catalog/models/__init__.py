from catalog.models.category import Category
from catalog.models.resource import Entry, Item, Resource

__all__ = ["Category", "Entry", "Item", "Resource"]
