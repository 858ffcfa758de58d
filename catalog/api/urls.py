"""Addresses of the catalogue below /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from catalog.api.views.bulk import ResourceBulkView
from catalog.api.views.campaigns import CampaignTaskView, CampaignView
from catalog.api.views.categories import CategoryView
from catalog.api.views.changes import AdjustmentView, CommentView
from catalog.api.views.codelists import CodeListVersionView, CodeListView, DataElementView
from catalog.api.views.demands import DemandView
from catalog.api.views.exports import CatalogExportView
from catalog.api.views.feedback import FeedbackView
from catalog.api.views.imports import CatalogImportView, ImportFindingView
from catalog.api.views.likenesses import LikenessScanView, LikenessView, OverlapView
from catalog.api.views.lists import DutyListView, NeedListView, NegativeListView
from catalog.api.views.quality import (
    IncompleteView,
    OverdueView,
    ResourceQualityView,
    ScorecardView,
)
from catalog.api.views.resources import ResourceView
from catalog.api.views.searches import (
    SavedSearchView,
    SearchView,
    SimilarView,
    SynonymView,
)
from catalog.api.views.versions import VersionView

router = SimpleRouter(trailing_slash=False)
router.register("categories", CategoryView, "category")
router.register("resources", ResourceView, "resource")
router.register("resources/(?P<resource_pk>[^/]+)/versions", VersionView, "version")
router.register("resources/(?P<resource_pk>[^/]+)/comments", CommentView, "comment")
router.register("adjustments", AdjustmentView, "adjustment")
router.register("open-feedback", FeedbackView, "feedback")
router.register("code-lists", CodeListView, "code-list")
router.register("code-lists/(?P<list_pk>[^/]+)/versions", CodeListVersionView, "code-list-version")
router.register("data-elements", DataElementView, "data-element")
router.register("demands", DemandView, "demand")
router.register("campaigns", CampaignView, "campaign")
router.register("scorecard", ScorecardView, "scorecard")
router.register("overdue-resources", OverdueView, "overdue-resource")
router.register("incomplete-resources", IncompleteView, "incomplete-resource")
router.register("need-list", NeedListView, "need-list")
router.register("duty-list", DutyListView, "duty-list")
router.register("negative-list", NegativeListView, "negative-list")
router.register("campaign-tasks", CampaignTaskView, "campaign-task")
router.register("catalog-imports", CatalogImportView, "catalog-import")
router.register(
    "catalog-imports/(?P<import_pk>[^/]+)/findings", ImportFindingView, "import-finding"
)
router.register("likenesses", LikenessView, "likeness")
router.register("likeness-scans", LikenessScanView, "likeness-scan")
router.register("saved-searches", SavedSearchView, "saved-search")
router.register("synonyms", SynonymView, "synonym")
# Before the routes of one resource, which would take their last part for its key.
BULK = {"submit": "submit", "approve": "approve", "review": "review", "publish": "publish"}
_bulk = [
    path(
        f"resources/bulk-{verb}",
        ResourceBulkView.as_view({"post": deed}),
        name=f"resource-bulk-{verb}",
    )
    for verb, deed in {**BULK, "return": "return_"}.items()
]
_export = path(
    "catalog/export", CatalogExportView.as_view({"get": "export"}), name="catalog-export"
)
_search = path("search", SearchView.as_view({"get": "search"}), name="search")
_similar = path(
    "resources/<str:pk>/similar", SimilarView.as_view({"get": "similar"}), name="resource-similar"
)
_quality = path(
    "resources/<str:pk>/quality",
    ResourceQualityView.as_view({"get": "retrieve"}),
    name="resource-quality",
)
_overlaps = path(
    "resources/<str:pk>/overlaps",
    OverlapView.as_view({"get": "overlaps"}),
    name="resource-overlaps",
)
urlpatterns = [_overlaps, _quality, _search, _similar, _export, *_bulk, *router.urls]
