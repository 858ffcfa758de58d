"""Addresses of the catalogue in the portal."""

from django.urls import path

from catalog.portal import resources, search

urlpatterns = [
    path("catalogue", search.search_page, name="catalogue"),
    path("resources", resources.resource_list, name="resources"),
    path("resources/<uuid:pk>", resources.resource_page, name="resource"),
    path("resources/<uuid:pk>/<slug:verb>", resources.resource_step, name="resource-step"),
]
