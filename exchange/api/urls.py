"""The exchange's addresses under /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from exchange.api.views.applications import ApplicationView
from exchange.api.views.batches import BatchDeedView, BatchView
from exchange.api.views.connectors import ConnectorView
from exchange.api.views.contracts import ContractView
from exchange.api.views.datasets import DatasetView
from exchange.api.views.disputes import DisputeView
from exchange.api.views.evaluations import EvaluationView
from exchange.api.views.figures import FiguresView, SupplyView
from exchange.api.views.grants import GrantView
from exchange.api.views.hooks import HookView
from exchange.api.views.interfaces import GatewayKeyView, InterfaceView
from exchange.api.views.links import LinkView
from exchange.api.views.objections import EvidenceView, ObjectionView
from exchange.api.views.services import ServiceChangeView
from exchange.api.views.sharing import RequestView
from exchange.api.views.subscriptions import SubscriptionView
from exchange.api.views.syncs import SyncJobView, SyncRunView
from exchange.api.views.uploads import UploadRejectsView, UploadView
from exchange.api.views.userecords import UseRecordView
from exchange.api.views.uses import UseView

router = SimpleRouter(trailing_slash=False)
router.register("datasets", DatasetView, "dataset")
router.register("applications", ApplicationView, "application")
router.register("requests", RequestView, "request")
router.register("grants", GrantView, "grant")
router.register("subscriptions", SubscriptionView, "subscription")
router.register("links", LinkView, "link")
router.register("evaluations", EvaluationView, "evaluation")
router.register("figures", FiguresView, "figures")
router.register("supply", SupplyView, "supply")
router.register("uses", UseView, "use")
router.register("disputes", DisputeView, "dispute")
router.register("objections", ObjectionView, "objection")
router.register("hooks", HookView, "hook")
router.register("interfaces", InterfaceView, "interface")
router.register("gateway-keys", GatewayKeyView, "gateway-key")
router.register("use-records", UseRecordView, "use-record")
router.register("service-changes", ServiceChangeView, "service-change")
router.register("connectors", ConnectorView, "connector")
router.register("sync-jobs", SyncJobView, "sync-job")
router.register("sync-runs", SyncRunView, "sync-run")

urlpatterns = [
    # Tried in turn: look-ups are asked more often than all the rest together.
    *router.urls,
    path(
        "datasets/<str:dataset>/batches",
        BatchView.as_view({"get": "list", "post": "create"}),
        name="batch-list",
    ),
    path(
        "datasets/<str:dataset>/batches/<int:number>",
        BatchView.as_view({"get": "retrieve"}),
        name="batch-detail",
    ),
    path(
        "datasets/<str:dataset>/batches/<int:number>/recall",
        BatchDeedView.as_view({"post": "recall"}),
        name="batch-recall",
    ),
    path(
        "datasets/<str:dataset>/batches/<int:number>/rejects",
        BatchDeedView.as_view({"get": "rejects"}),
        name="batch-rejects",
    ),
    path(
        "datasets/<str:dataset>/uploads",
        UploadView.as_view({"get": "list", "post": "create"}),
        name="upload-list",
    ),
    path(
        "datasets/<str:dataset>/uploads/<str:upload>",
        UploadView.as_view(
            {"get": "retrieve", "put": "put_part", "patch": "part", "delete": "destroy"}
        ),
        name="upload-detail",
    ),
    path(
        "datasets/<str:dataset>/uploads/<str:upload>/finish",
        UploadView.as_view({"post": "finish"}),
        name="upload-finish",
    ),
    path(
        "datasets/<str:dataset>/uploads/<str:upload>/rehearse",
        UploadView.as_view({"post": "rehearse"}),
        name="upload-rehearse",
    ),
    path(
        "datasets/<str:dataset>/uploads/<str:upload>/rejects",
        UploadRejectsView.as_view({"get": "retrieve"}),
        name="upload-rejects",
    ),
    path(
        "datasets/<str:dataset>/contract",
        ContractView.as_view({"get": "contract"}),
        name="dataset-contract",
    ),
    path(
        "datasets/<str:dataset>/evolution",
        ContractView.as_view({"get": "evolution"}),
        name="dataset-evolution",
    ),
    path(
        "objections/<str:objection>/evidence",
        EvidenceView.as_view({"get": "retrieve", "post": "create"}),
        name="objection-evidence",
    ),
]
