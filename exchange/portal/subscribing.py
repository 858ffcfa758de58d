"""Opening a subscription: choose the grant, then say how its data comes."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.portal.access import signed_in
from accounts.portal.form_pages import attempt, form_page
from accounts.portal.listing import reader
from catalog.vocabulary import ShareMode
from exchange.actions.subscriptions import open_subscription
from exchange.models import Grant
from exchange.portal.secret_pages import secret_page
from exchange.portal.subscription_forms import OpenForm
from kernel.pages import page
from kernel.rows import fetch

_MOST = 500


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def subscription_open(request: HttpRequest) -> HttpResponse:
    """Without a grant in the address the grants that can be subscribed to; else the form."""
    actor = reader(request, Perm.SUBSCRIPTION_OPEN)
    named = request.GET.get("grant", "")
    if not named:
        rows = list(_grants(actor).order_by("resource__published__name", "pk")[:_MOST])
        return page(request, "exchange/subscribe.html", {"grants": rows})
    grant = fetch(_grants(actor), named)
    form = OpenForm.of(grant, actor, request)
    made, refused = attempt(form, lambda: open_subscription(grant, actor=actor, **form.values))
    if made:
        return _opened(request, *made)
    entry = grant.resource.published
    return form_page(
        request,
        form,
        title=_("Open a subscription"),
        lead=entry.name if entry else "",
        back=reverse("subscription-open"),
        refused=refused,
    )


def _opened(request: HttpRequest, made: Any, secret: str) -> HttpResponse:
    if not secret:
        messages.success(request, str(_("The subscription is open.")))
        return redirect("subscription", pk=made.pk)
    return secret_page(
        request,
        secret,
        title=_("Signing secret of the subscription"),
        lead=_("The receiver checks the signature of each call with it."),
        facts=[(_("Address"), made.url)],
        back=reverse("subscription", args=[made.pk]),
    )


def _grants(actor: Actor) -> Any:
    """The department's grants in force that name this way of sharing, of attached datasets."""
    rows: Any = Grant.objects.visible_to(actor).live()
    rows = rows.filter(department_id=actor.department_id)
    rows = rows.filter(modes__contains=[ShareMode.DATABASE.value], resource__dataset__isnull=False)
    return rows.select_related("resource__published", "provider", "system")
