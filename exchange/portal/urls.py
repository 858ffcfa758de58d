"""Addresses of the exchange's portal."""

from django.urls import path

from exchange.portal import syncs

urlpatterns = [
    path("syncs", syncs.sync_list, name="syncs"),
    path("syncs/<uuid:pk>", syncs.sync_page, name="sync"),
    path("syncs/<uuid:pk>/start", syncs.sync_start, name="sync-start"),
    path("sync-runs/<uuid:pk>", syncs.run_page, name="sync-run"),
    path("sync-runs/<uuid:pk>/<slug:verb>", syncs.run_step, name="sync-run-step"),
]
