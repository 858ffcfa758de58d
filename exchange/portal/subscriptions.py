"""Subscriptions in the portal: how far each has come, what holds it up, and what can be done."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.forms import PlainForm, PortalForm, ReasonForm
from accounts.portal.listing import DepartmentsList, list_view, reader
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from exchange.actions.redeliveries import (
    ping_subscription,
    redeliver_subscription,
    reload_subscription,
    rotate_secret,
)
from exchange.actions.subscriptions import (
    end_subscription,
    pause_subscription,
    resume_subscription,
)
from exchange.dataplane.webhooks import Outcome
from exchange.models import Subscription
from exchange.portal import cells as own_cells
from exchange.portal import lane_words as words
from exchange.portal.datasets import name_of
from exchange.portal.secret_pages import secret_page
from exchange.portal.subscription_forms import RedeliverForm
from exchange.states import SUBSCRIPTION
from kernel import cells
from kernel.errors import Conflict, DomainError, Forbidden, Invalid
from kernel.lists import Column, Filter
from kernel.pages import page
from kernel.rows import fetch

_DELIVERIES = 20


def _owner(lane: Subscription) -> UUID:
    return lane.department_id


def _step(deed: Callable[..., Any], form: type[PortalForm], title: Any, done: Any) -> Step:
    return Step(deed, form, (Perm.SUBSCRIPTION_OPEN,), title, done, _owner)


STEPS = {
    "resume": _step(
        resume_subscription, PlainForm, _("Deliver again"), _("It goes on where it stopped.")
    ),
    "redeliver": _step(
        redeliver_subscription,
        RedeliverForm,
        _("Bring batches once more"),
        _("The batches are brought once more, before anything new."),
    ),
    "reload": _step(
        reload_subscription,
        PlainForm,
        _("Load the whole table anew"),
        _("The whole table is brought anew."),
    ),
    "pause": _step(
        pause_subscription,
        ReasonForm,
        _("Deliver nothing for now"),
        _("Nothing is delivered until it is resumed; nothing is skipped."),
    ),
    "end": Step(
        end_subscription,
        ReasonForm,
        (Perm.SUBSCRIPTION_OPEN,),
        _("End this subscription"),
        _("The subscription has ended; the grant stays."),
        _owner,
        _("End this subscription for good?"),
    ),
}
_FOR_MODES = {"redeliver": ("webhook", "file"), "reload": ("sink", "file")}
_HEALTH: dict[str, tuple[Any, dict[str, Any]]] = {
    "failing": (_("not through"), {"attempts__gt": 1}),
    "behind": (_("behind"), {"position__lt": F("dataset__last_number")}),
    "through": (_("has everything"), {"position__gte": F("dataset__last_number")}),
}


class SubscriptionList(DepartmentsList):
    """The subscriptions of both sides that the person may see; what fails comes first."""

    perm = Perm.REQUEST_VIEW
    title = _("Subscriptions")
    lead = _("Each brings the batches of one dataset to one system, in order and without gaps.")
    nothing = _("Nothing is subscribed to yet.")
    search = ("dataset__resource__published__name__icontains", "system__name__icontains")
    search_title = _("Dataset or system")
    order = ("-attempts", "-created_at")
    filters = (
        Filter("mode", _("How"), lambda actor: words.MODES.items(), "mode"),
        Filter(
            "state",
            _("State"),
            lambda actor: [(w, t) for w, (t, _b) in words.SUBSCRIPTION_STATES.items()],
            "state",
        ),
        Filter(
            "health",
            _("Progress"),
            lambda actor: [(word, title) for word, (title, _lookup) in _HEALTH.items()],
            apply=lambda rows, value: rows.exclude(state="ended").filter(**_HEALTH[value][1]),
        ),
        Filter("department", _("Receiver"), departments, "department_id"),
    )
    columns = (
        Column(
            "dataset",
            _("Dataset"),
            lambda row: name_of(row.dataset),
            cells.linked("subscription"),
            width=36,
        ),
        Column("system", _("To the system"), lambda row: row.system.name, width=28),
        Column(
            "receiver",
            _("Receiver"),
            lambda row: row.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column("mode", _("How"), lambda row: words.MODES[row.mode]),
        Column("state", _("State"), lambda row: row.state_word[0], own_cells.lane),
        Column("position", _("Has batch"), lambda row: row.position, is_number=True),
        Column("lag", _("Behind"), lambda row: row.lag, cells.number, is_number=True),
        Column("error", _("Last error"), lambda row: row.last_error, is_extra=True, width=50),
        Column(
            "opened",
            _("Open since"),
            lambda row: row.created_at,
            cells.moment,
            ("created_at",),
            is_extra=True,
        ),
    )

    def rows(self) -> Any:
        """With what their lines show."""
        related = ("dataset__resource__published", "department", "system")
        return Subscription.objects.visible_to(self.actor).select_related(*related)

    def lines(self, rows: list[Any]) -> list[Any]:
        """With state and lag."""
        for row in rows:
            _word(row)
        return rows

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Opening one from a grant."""
        if may(self.actor, Perm.SUBSCRIPTION_OPEN):
            return [(reverse("subscription-open"), _("Open a subscription"))]
        return []

    def shown_filters(self) -> list[Any]:
        """Receivers for everybody: a provider has several."""
        return list(self.filters)


subscription_list = list_view(SubscriptionList, Perm.REQUEST_VIEW)


@require_GET
@signed_in
def subscription_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One subscription: its place in the log, its deliveries, and its steps."""
    return _shown(request, subscription_of(request, pk))


@require_POST
@signed_in
def subscription_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    row = subscription_of(request, pk)
    return take_step(request, row, verb, STEPS, _shown, to="subscription", pk=pk)


@require_POST
@signed_in
def subscription_rotate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A new signing secret, shown this once."""
    lane = subscription_of(request, pk)
    try:
        _lane, secret = rotate_secret(lane, actor=request.actor)  # type: ignore[attr-defined]
    except (Conflict, Forbidden, Invalid) as refused:
        return _refused(request, lane, refused)
    return secret_page(
        request,
        secret,
        title=_("New signing secret"),
        lead=_("The old one signs too for 24 hours; change the receiver until then."),
        back=reverse("subscription", args=[pk]),
    )


@require_POST
@signed_in
def subscription_test(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send a test event now, and say how it was received."""
    lane = subscription_of(request, pk)
    try:
        outcome = ping_subscription(lane, actor=request.actor)  # type: ignore[attr-defined]
    except (Conflict, Forbidden, Invalid) as refused:
        return _refused(request, lane, refused)
    return _shown(request, lane, outcome=outcome)


def subscription_of(request: HttpRequest, pk: UUID) -> Subscription:
    """The subscription of the address, if the person may see it."""
    rows = Subscription.objects.visible_to(reader(request, Perm.REQUEST_VIEW))
    related = ("dataset__resource__published", "department", "system", "grant__provider")
    return fetch(rows.select_related(*related), pk)


def _refused(request: HttpRequest, lane: Subscription, refused: DomainError) -> HttpResponse:
    return _shown(request, lane, Sent.of(refused))


def _shown(
    request: HttpRequest,
    lane: Subscription,
    sent: Sent = NOTHING_SENT,
    *,
    outcome: Outcome | None = None,
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    steers = may(actor, Perm.SUBSCRIPTION_OPEN, lane.department_id) and lane.state != "ended"
    deliveries = lane.deliveries.order_by(F("delivered_at").desc(nulls_first=True), "-number")
    now = timezone.now()
    _word(lane)
    context = {
        "lane": lane,
        "name": name_of(lane.dataset),
        "mode": words.MODES[lane.mode],
        "is_leased": bool(lane.lease_until and lane.lease_until > now),
        "signs_double": bool(lane.before_until and lane.before_until > now),
        "is_failing": lane.attempts > 1 or (lane.state == "paused" and lane.last_error),
        "deliveries": list(deliveries[:_DELIVERIES]),
        "signs": steers and lane.mode == "webhook",
        "outcome": outcome,
        **sent.context(lane, actor, STEPS, lambda step: _is_possible(lane, step)),
        "verb": sent.verb,
    }
    return page(request, "exchange/subscription.html", context, status=sent.status)


def _is_possible(lane: Subscription, verb: str) -> bool:
    if verb in _FOR_MODES:
        return lane.mode in _FOR_MODES[verb] and lane.state != "ended"
    return SUBSCRIPTION.allows(lane.state, verb)


def _word(lane: Any) -> None:
    lane.state_word = words.badge(words.SUBSCRIPTION_STATES, lane.state)
    is_over = lane.state == "ended"
    lane.lag = None if is_over else max(lane.dataset.last_number - lane.position, 0)
