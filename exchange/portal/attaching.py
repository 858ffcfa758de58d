"""Attaching data to a published entry: choose the entry, then say how its data is kept."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.portal.access import signed_in
from accounts.portal.form_pages import written
from accounts.portal.listing import reader
from catalog.models import Resource
from exchange.actions.datasets import attach_dataset
from exchange.portal.dataset_forms import AttachForm
from kernel.pages import page
from kernel.rows import fetch

_MOST = 500


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def dataset_attach(request: HttpRequest) -> HttpResponse:
    """Without an entry in the address the entries that have no data yet; else the form."""
    actor = reader(request, Perm.DATASET_ATTACH)
    named = request.GET.get("resource", "")
    if not named:
        rows = list(_bare(actor).order_by("published__name")[:_MOST])
        return page(request, "exchange/attach.html", {"resources": rows})
    resource = fetch(_bare(actor), named)
    form = AttachForm.of(resource, actor, request)
    return written(
        request,
        form,
        lambda: attach_dataset(resource, actor=actor, **form.values),
        done=_("The data is attached; publish the first file."),
        to=lambda made: reverse("dataset", args=[made.pk]),
        title=_("Attach data"),
        lead=resource.published.name if resource.published else "",
        back=reverse("dataset-attach"),
    )


def _bare(actor: Actor) -> Any:
    """The department's entries in force without data."""
    rows: Any = Resource.objects.visible_to(actor)
    return rows.filter(
        department_id=actor.department_id, published__isnull=False, dataset__isnull=True
    ).select_related("published")
