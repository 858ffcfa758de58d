"""Feedback on an open entry: a form for everybody, so many an hour from one address."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.actor import NOBODY
from accounts.admission import client_address
from accounts.portal.forms import PortalForm
from catalog.actions.feedback import submit_feedback
from catalog.models import Resource
from catalog.portal.limits import limited
from catalog.published import in_force
from kernel.errors import Invalid
from kernel.ratelimits import Limit, take
from kernel.rows import fetch

AN_HOUR = Limit("feedback", most=5, seconds=3600)


class FeedbackForm(PortalForm):
    """What somebody has to say."""

    text = forms.CharField(
        label=_("What do you want to say?"),
        max_length=1000,
        help_text=_(
            "A fault in the data, a wish, how you use them. Write nothing of other people."
        ),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    contact = forms.CharField(
        label=_("How to reach you"),
        max_length=120,
        required=False,
        help_text=_("An e-mail address or a telephone number, if you wish an answer."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@limited
def open_feedback(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say something of an open entry; its provider reads it."""
    resource = fetch(in_force(is_open=True).select_related("published"), pk)
    if request.method != "POST":
        return _shown(request, resource, FeedbackForm.blank(None, NOBODY))
    form = FeedbackForm.filled(None, NOBODY, request)
    if form.is_valid() and not take(AN_HOUR, client_address(request)).passes:
        form.add_error(None, _("That is a lot of feedback for an hour; please try again later."))
        return _shown(request, resource, form, 429)
    if form.is_valid():
        try:
            submit_feedback(resource, actor=NOBODY, **form.values)
        except Invalid as refused:
            form.refuse(refused)
        else:
            return redirect(f"{reverse('open-feedback', args=[pk])}?sent=1")
    return _shown(request, resource, form, 422)


def _shown(
    request: HttpRequest, resource: Resource, form: FeedbackForm, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "entry": resource,
        "name": resource.published.name if resource.published else "",
        "form": form,
        "summary": form.summary if form.is_bound else [],
        "is_sent": request.GET.get("sent") == "1" and not form.is_bound,
    }
    answer = render(request, "catalog/open/feedback.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer
