"""The yardstick: a bare Django REST framework view with one indexed SELECT, as a WSGI application.

A project as ``django-admin startproject`` leaves it, DRF with its defaults, no authentication, no
log. Only the database is ours: the same table, the same role, the same settings of connections.
"""

from __future__ import annotations

import os

from django.conf import settings

from config.settings.base import postgresql

settings.configure(
    SECRET_KEY="bare",  # noqa: S106 - it signs nothing
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="bench.lookup.bare",
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "rest_framework",
    ],
    REST_FRAMEWORK={"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]},
    DATABASES={"default": postgresql("DATABASE_URL")},
    USE_TZ=True,
)

import django  # noqa: E402

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402


class Resident(models.Model):
    """The queryable table of the dataset."""

    identity = models.TextField(primary_key=True)
    name = models.TextField()
    sex = models.TextField(null=True)
    born = models.DateField(null=True)
    phone = models.TextField(null=True)
    division = models.TextField(null=True)
    address = models.TextField(null=True)
    household = models.TextField(null=True)
    income = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    score = models.FloatField(null=True)
    alone = models.BooleanField(null=True)
    updated = models.DateTimeField(null=True)

    class Meta:
        app_label = "bare"
        managed = False
        db_table = f'dataset_state"."{os.environ["BENCH_TABLE"]}'

    def __str__(self) -> str:
        return str(self.identity)


class ResidentView(APIView):
    """One resident by key."""

    def get(self, request: Request, identity: str) -> Response:
        """All twelve columns."""
        return Response(Resident.objects.filter(identity=identity).values().first())


urlpatterns = [path("residents/<str:identity>", ResidentView.as_view())]
application = get_wsgi_application()
