"""Addresses of the pages about the platform itself."""

from django.urls import path
from django.views.i18n import set_language

from kernel.views import problems

urlpatterns = [
    path("problems", problems, name="problems"),
    path("language", set_language, name="language"),
]
