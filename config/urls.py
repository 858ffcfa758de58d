"""Every address, from the outside in."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("catalog.api.urls")),
    path("api/v1/", include("exchange.api.urls")),
]

handler400 = "kernel.problems.bad_request"
handler403 = "kernel.problems.forbidden"
handler404 = "kernel.problems.not_found"
handler500 = "kernel.problems.server_error"
