"""Addresses of the exchange's portal."""

from django.urls import include, path

from exchange.portal import dashboard, open_data, supply, sync_runs, syncs

urlpatterns = [
    path("", include("exchange.portal.lane_urls")),
    path("dashboard", dashboard.dashboard, name="dashboard"),
    path("dashboard/wall", dashboard.dashboard_wall, name="dashboard-wall"),
    path("dashboard/supply", supply.supply_page, name="supply"),
    path("open/<uuid:pk>/data.<slug:suffix>", open_data.open_data_file, name="open-data-file"),
    path("syncs", syncs.sync_list, name="syncs"),
    path("syncs/<uuid:pk>", syncs.sync_page, name="sync"),
    path("sync-runs/<uuid:pk>", sync_runs.run_page, name="sync-run"),
    path("sync-runs/<uuid:pk>/<slug:verb>", sync_runs.run_step, name="sync-run-step"),
]
