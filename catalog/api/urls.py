"""Addresses of the catalogue below /api/v1/."""

from rest_framework.routers import SimpleRouter

from catalog.api.views.categories import CategoryView
from catalog.api.views.resources import ResourceView, VersionView

router = SimpleRouter(trailing_slash=False)
router.register("categories", CategoryView, "category")
router.register("resources", ResourceView, "resource")
router.register("resources/(?P<resource_pk>[^/]+)/versions", VersionView, "version")
urlpatterns = router.urls
