"""Deliveries in the portal: what does not get through, and every attempt at it."""

from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.forms import PlainForm
from accounts.portal.listing import list_view, reader
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from exchange.actions.redeliveries import redeliver_subscription
from exchange.models import Attempt, Delivery
from exchange.portal import lane_words as words
from exchange.portal.datasets import name_of
from kernel import cells
from kernel.lists import Column, DayFilter, Filter, List
from kernel.pages import page
from kernel.rows import fetch

_ATTEMPTS = 50


def _redeliver(delivery: Delivery, *, actor: Actor) -> Any:
    return redeliver_subscription(delivery.subscription, actor=actor, number=delivery.number)


STEPS = {
    "redeliver": Step(
        _redeliver,
        PlainForm,
        (Perm.SUBSCRIPTION_OPEN,),
        _("Bring this batch once more"),
        _("The batch is brought once more, before anything new."),
        lambda delivery: delivery.subscription.department_id,
    ),
}


def _of_lane(rows: QuerySet[Any], named: str) -> QuerySet[Any]:
    """The rows of the subscription named in the address; all where none is."""
    if not named:
        return rows
    try:
        return rows.filter(subscription_id=UUID(named))
    except ValueError:
        return rows.none()


class DeliveryList(List):
    """What arrived and what has not, the latter first."""

    title = _("Deliveries")
    lead = _("Each batch on its way to a receiving system, and whether it arrived.")
    nothing = _("Nothing was delivered yet.")
    keeps = ("subscription",)
    search = (
        "subscription__dataset__resource__published__name__icontains",
        "subscription__system__name__icontains",
    )
    search_title = _("Dataset or system")
    filters = (
        Filter(
            "arrived",
            _("State"),
            lambda actor: [("no", _("not through")), ("yes", _("arrived"))],
            apply=lambda rows, value: rows.filter(delivered_at__isnull=value == "no"),
        ),
        Filter("mode", _("How"), lambda actor: words.MODES.items(), "subscription__mode"),
        DayFilter("from", _("From"), "created_at__date__gte"),
        DayFilter("to", _("To"), "created_at__date__lte"),
    )
    columns = (
        Column(
            "dataset",
            _("Dataset"),
            lambda row: name_of(row.subscription.dataset),
            cells.linked("delivery"),
            width=36,
        ),
        Column("number", _("Batch"), lambda row: row.number, is_number=True),
        Column("system", _("To the system"), lambda row: row.subscription.system.name, width=28),
        Column("mode", _("How"), lambda row: words.MODES[row.subscription.mode]),
        Column("state", _("State"), lambda row: row.state_word[0], cells.worded("state_word")),
        Column(
            "arrived",
            _("Arrived"),
            lambda row: row.delivered_at,
            cells.moment,
            ("delivered_at",),
        ),
        Column(
            "attempts", _("Attempts"), lambda row: row.attempts, sort=("attempts",), is_number=True
        ),
        Column("rows", _("Rows"), lambda row: row.rows, is_number=True),
        Column(
            "error",
            _("Last error"),
            lambda row: row.error_shown,
            cells.code,
            width=40,
        ),
    )

    def rows(self) -> Any:
        """With what their lines show."""
        related = ("subscription__dataset__resource__published", "subscription__system")
        seen = Delivery.objects.visible_to(self.actor).select_related(*related)
        return _of_lane(seen, self.query.get("subscription", ""))

    def lines(self, rows: list[Any]) -> list[Any]:
        """With state and address."""
        for row in rows:
            row.state_word = _state(row)
            row.error_shown = "" if row.delivered_at else row.last_error
        return rows

    def _ordered(self) -> list[Any]:
        name, _down = self._sorted_by
        if name:
            return super()._ordered()
        return [F("delivered_at").desc(nulls_first=True), "-pk"]


class AttemptList(List):
    """Every call, load or drop of the last thirty days, the last first."""

    title = _("Delivery attempts")
    lead = _("Attempts are kept for 30 days; number 0 is a test event.")
    nothing = _("Nothing was tried yet.")
    keeps = ("subscription",)
    order = ("-created_at", "-pk")
    filters = (
        Filter(
            "ok",
            _("State"),
            lambda actor: [("no", _("failed")), ("yes", _("received"))],
            apply=lambda rows, value: rows.filter(ok=value == "yes"),
        ),
        DayFilter("from", _("From"), "created_at__date__gte"),
        DayFilter("to", _("To"), "created_at__date__lte"),
    )
    columns = (
        Column("at", _("At"), lambda row: row.created_at, cells.second),
        Column(
            "dataset",
            _("Dataset"),
            lambda row: name_of(row.subscription.dataset),
            cells.linked("subscription", "subscription_id"),
            width=36,
        ),
        Column("number", _("Batch"), lambda row: row.number, is_number=True),
        Column("system", _("To the system"), lambda row: row.subscription.system.name, width=28),
        Column("state", _("State"), lambda row: row.state_word[0], cells.worded("state_word")),
        Column("status", _("Status"), lambda row: row.status, is_number=True),
        Column("error", _("Error"), lambda row: row.error, cells.code),
        Column("ms", _("Milliseconds"), lambda row: row.duration_ms, is_number=True),
        Column("excerpt", _("Answer"), lambda row: row.excerpt, is_extra=True, width=60),
    )

    def rows(self) -> Any:
        """With what their lines show."""
        related = ("subscription__dataset__resource__published", "subscription__system")
        seen = Attempt.objects.visible_to(self.actor).select_related(*related)
        return _of_lane(seen, self.query.get("subscription", ""))

    def lines(self, rows: list[Any]) -> list[Any]:
        """With state and the address of the subscription."""
        for row in rows:
            row.state_word = (_("received"), "good") if row.ok else (_("failed"), "bad")
        return rows


delivery_list = list_view(DeliveryList, Perm.REQUEST_VIEW)
attempt_list = list_view(AttemptList, Perm.REQUEST_VIEW)


@require_GET
@signed_in
def delivery_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One batch on its way to one system, with every attempt."""
    return _shown(request, _found(request, pk))


@require_POST
@signed_in
def delivery_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Bring it once more; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="delivery", pk=pk)


def _found(request: HttpRequest, pk: UUID) -> Delivery:
    rows = Delivery.objects.visible_to(reader(request, Perm.REQUEST_VIEW))
    related = ("subscription__dataset__resource__published", "subscription__system")
    return fetch(rows.select_related(*related, "subscription__department"), pk)


def _shown(request: HttpRequest, delivery: Delivery, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    lane = delivery.subscription
    tried = Attempt.objects.filter(subscription=lane, number=delivery.number)
    context = {
        "delivery": delivery,
        "lane": lane,
        "name": name_of(lane.dataset),
        "mode": words.MODES[lane.mode],
        "state": _state(delivery),
        "attempts": list(tried.order_by("-created_at", "-pk")[:_ATTEMPTS]),
        "sees_batch": may(actor, Perm.DATASET_VIEW),
        **sent.context(delivery, actor, STEPS, lambda name: _is_repeatable(delivery)),
    }
    return page(request, "exchange/delivery.html", context, status=sent.status)


def _is_repeatable(delivery: Delivery) -> bool:
    lane = delivery.subscription
    brought = delivery.delivered_at is not None and lane.state != "ended"
    return brought and lane.mode in ("webhook", "file")


def _state(delivery: Delivery) -> tuple[Any, str]:
    return (_("arrived"), "good") if delivery.delivered_at else (_("not through"), "bad")
