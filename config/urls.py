"""Every address, from the outside in."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.api.views.oauth import metadata
from config import health

urlpatterns: list[URLPattern | URLResolver] = [
    # Addresses are tried in turn: those that systems call all day come first.
    path("api/v1/", include("exchange.api.urls")),
    path("api/v1/", include("accounts.api.urls")),
    path("api/v1/", include("catalog.api.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path(".well-known/evidence-keys", health.evidence_keys, name="evidence-keys"),
    path(".well-known/oauth-authorization-server", metadata, name="oauth-metadata"),
    path(
        "api/openapi.yaml",
        SpectacularAPIView.as_view(permission_classes=[], authentication_classes=[]),
        name="openapi",
    ),
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(
            url_name="openapi",
            template_name="api_docs.html",
            permission_classes=[],
            authentication_classes=[],
        ),
        name="api-docs",
    ),
    path("", include("kernel.urls")),
    path("", include("accounts.portal.urls")),
    path("", include("catalog.portal.urls")),
    path("", include("exchange.portal.sharing_urls")),
    path("", include("exchange.portal.urls")),
    path("open/", include("catalog.portal.open_urls")),
    path("", include("exchange.api.gateway")),
]

handler400 = "kernel.problems.bad_request"
handler403 = "kernel.problems.forbidden"
handler404 = "kernel.problems.not_found"
handler500 = "kernel.problems.server_error"
