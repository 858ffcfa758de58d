"""Addresses of the exchange's portal."""

from django.urls import include, path

from exchange.portal import dashboard, supply, syncs

urlpatterns = [
    path("", include("exchange.portal.lane_urls")),
    path("dashboard", dashboard.dashboard, name="dashboard"),
    path("dashboard/wall", dashboard.dashboard_wall, name="dashboard-wall"),
    path("dashboard/supply", supply.supply_page, name="supply"),
    path("syncs", syncs.sync_list, name="syncs"),
    path("syncs/<uuid:pk>", syncs.sync_page, name="sync"),
    path("syncs/<uuid:pk>/start", syncs.sync_start, name="sync-start"),
    path("sync-runs/<uuid:pk>", syncs.run_page, name="sync-run"),
    path("sync-runs/<uuid:pk>/<slug:verb>", syncs.run_step, name="sync-run-step"),
]
