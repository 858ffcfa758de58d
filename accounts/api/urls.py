"""Addresses of accounts below /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from accounts.api import schema  # noqa: F401 - registers the ways to authenticate
from accounts.api.views.duties import CalendarView, ClockView, ObligationView
from accounts.api.views.evidence import AuditEventView, PermissionView
from accounts.api.views.people import DepartmentView, MemberView
from accounts.api.views.sessions import MeView, SignInView, SignOutView
from accounts.api.views.systems import CredentialView, SystemCredentialView, SystemView

router = SimpleRouter(trailing_slash=False)
router.register("departments", DepartmentView, "department")
router.register("members", MemberView, "member")
router.register("systems", SystemView, "system")
router.register(
    "systems/(?P<system_pk>[^/]+)/credentials", SystemCredentialView, "system-credential"
)
router.register("credentials", CredentialView, "credential")
router.register("permissions", PermissionView, "permission")
router.register("audit-events", AuditEventView, "audit-event")
router.register("obligations", ObligationView, "obligation")
router.register("clocks", ClockView, "clock")
router.register("calendar", CalendarView, "calendar")

urlpatterns = [
    path("sign-in", SignInView.as_view({"post": "create"}), name="sign-in"),
    path("sign-out", SignOutView.as_view({"post": "create"}), name="sign-out"),
    path("me", MeView.as_view({"get": "retrieve"}), name="me"),
    *router.urls,
]
