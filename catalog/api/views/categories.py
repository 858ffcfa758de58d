"""The door to the tree of classes."""

from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.actions.categories import add_category, load_categories
from catalog.api.examples import CATEGORY_EXAMPLES
from catalog.api.serializers.categories import (
    CategoriesIn,
    CategoryIn,
    CategoryOut,
    LoadedOut,
)
from catalog.api.views.rows import CatalogView
from catalog.models import Category


class CategoryView(CatalogView):
    """The tree of classes (信息资源分类)."""

    model = Category
    out = CategoryOut
    into = {"create": CategoryIn, "load": CategoriesIn}
    answers = {"load": LoadedOut}
    filters = {
        "code": "code",
        "parent": "parent_id",
        "within": "code__startswith",
        "name": "name__contains",
    }
    examples = CATEGORY_EXAMPLES

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add a class below another one."""
        values = self.read(request)
        self.resolve(values, "parent", Category.objects.visible_to(self.actor))
        return self.show(add_category(actor=self.actor, **values), status=201)

    @action(detail=False, methods=["post"])
    def load(self, request: Request, **kwargs: Any) -> Response:
        """Take in a whole classification; all of it or none, and again it changes nothing."""
        lines = self.read(request)["categories"]
        loaded = load_categories(((row["code"], row["name"]) for row in lines), actor=self.actor)
        return Response(loaded._asdict())
