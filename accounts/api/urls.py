"""Addresses of accounts below /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from accounts.api import schema  # noqa: F401 - registers the ways to authenticate
from accounts.api.views.board import BoardView, ClockStatisticsView, NoticeView
from accounts.api.views.cases import CaseView, MergeView
from accounts.api.views.duties import CalendarView, ClockView, ObligationView
from accounts.api.views.evidence import AuditEventView, PermissionView
from accounts.api.views.forms import SystemExportView, SystemImportView, SystemTemplateView
from accounts.api.views.incidents import IncidentView
from accounts.api.views.lists import SavedListView
from accounts.api.views.numbers import SystemNumbersView
from accounts.api.views.oauth import IntrospectionView, RevocationView, TokenView
from accounts.api.views.people import DepartmentView, MemberView
from accounts.api.views.proposals import ProposalView
from accounts.api.views.registers import (
    SystemAttachmentView,
    SystemRelationView,
    SystemVersionView,
)
from accounts.api.views.secondfactors import SecondFactorView
from accounts.api.views.sessions import (
    MeView,
    OwnSignInView,
    PasswordView,
    SignInView,
    SignOutView,
)
from accounts.api.views.signals import SignalView, SystemSignalView
from accounts.api.views.systems import (
    CredentialView,
    SystemAccessView,
    SystemCredentialView,
    SystemView,
)
from accounts.api.views.zombies import RulesView, ScanView, SystemVerdictView, VerdictView

router = SimpleRouter(trailing_slash=False)
router.register("departments", DepartmentView, "department")
router.register("members", MemberView, "member")
router.register("me/sign-ins", OwnSignInView, "me-sign-in")
router.register("me/second-factors", SecondFactorView, "me-second-factor")
router.register("proposals", ProposalView, "proposal")
router.register("systems", SystemView, "system")
router.register(
    "systems/(?P<system_pk>[^/]+)/credentials", SystemCredentialView, "system-credential"
)
router.register("systems/(?P<system_pk>[^/]+)/versions", SystemVersionView, "system-version")
router.register("systems/(?P<system_pk>[^/]+)/relations", SystemRelationView, "system-relation")
router.register(
    "systems/(?P<system_pk>[^/]+)/attachments", SystemAttachmentView, "system-attachment"
)
router.register("credentials", CredentialView, "credential")
router.register("permissions", PermissionView, "permission")
router.register("audit-events", AuditEventView, "audit-event")
router.register("incidents", IncidentView, "incident")
router.register("saved-lists", SavedListView, "saved-list")
router.register("obligations", ObligationView, "obligation")
router.register("clocks", ClockView, "clock")
router.register("board", BoardView, "board")
router.register("clock-statistics", ClockStatisticsView, "clock-statistics")
router.register("notices", NoticeView, "notice")
router.register("calendar", CalendarView, "calendar")
router.register("verdicts", VerdictView, "verdict")
router.register("rules", RulesView, "rules")
router.register("cases", CaseView, "case")
router.register("merges", MergeView, "merge")
router.register("system-numbers", SystemNumbersView, "system-numbers")

urlpatterns = [
    path("sign-in", SignInView.as_view({"post": "create"}), name="sign-in"),
    path("sign-out", SignOutView.as_view({"post": "create"}), name="sign-out"),
    path("me", MeView.as_view({"get": "retrieve"}), name="me"),
    path("me/password", PasswordView.as_view({"post": "create"}), name="me-password"),
    path("oauth/token", TokenView.as_view({"post": "create"}), name="oauth-token"),
    path(
        "oauth/introspect",
        IntrospectionView.as_view({"post": "create"}),
        name="oauth-introspect",
    ),
    path("oauth/revoke", RevocationView.as_view({"post": "create"}), name="oauth-revoke"),
    path(
        "systems/<str:pk>/access",
        SystemAccessView.as_view({"get": "retrieve", "put": "update"}),
        name="system-access",
    ),
    path("signals", SignalView.as_view({"post": "create"}), name="signal"),
    path(
        "systems/<str:pk>/heartbeat",
        SystemSignalView.as_view({"post": "heartbeat"}),
        name="system-heartbeat",
    ),
    path(
        "systems/<str:pk>/signals",
        SystemSignalView.as_view({"get": "retrieve"}),
        name="system-signals",
    ),
    path(
        "systems/<str:pk>/verdict",
        SystemVerdictView.as_view({"get": "retrieve"}),
        name="system-verdict",
    ),
    path("scans", ScanView.as_view({"post": "create"}), name="scan"),
    # Before the router's, which would take these for the ids of systems.
    path("systems/export", SystemExportView.as_view({"get": "export"}), name="system-export"),
    path(
        "systems/template",
        SystemTemplateView.as_view({"get": "template"}),
        name="system-template",
    ),
    path("systems/import", SystemImportView.as_view({"post": "create"}), name="system-import"),
    *router.urls,
]
