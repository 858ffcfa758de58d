"""Addresses of the open data catalogue below /open/."""

from django.urls import path

from catalog.portal import open_feedback
from catalog.portal import open_site as pages

urlpatterns = [
    path("", pages.open_list, name="open-list"),
    path("data.json", pages.open_data_json, name="open-data-json"),
    path("sitemap.xml", pages.open_sitemap, name="open-sitemap"),
    path("catalog.<slug:suffix>", pages.open_catalog, name="open-catalog"),
    path("<uuid:pk>", pages.open_entry, name="open-entry"),
    path("<uuid:pk>/feedback", open_feedback.open_feedback, name="open-feedback"),
    path("<uuid:pk>.<slug:suffix>", pages.open_entry_file, name="open-entry-file"),
]
