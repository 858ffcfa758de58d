"""What a subscriber does with its lane beside stopping it: try it, repeat it, change its secret."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange.actions.outcomes import note_ping
from exchange.announcing import OVERLAP, ping_of, signing_secrets
from exchange.dataplane import webhooks
from exchange.dataplane.webhooks import Outcome, new_secret
from exchange.destinations import webhook_client
from exchange.errors import ModeMismatch, NeverDelivered, RepeatUnderWay
from exchange.lanes import fence
from exchange.models import Subscription
from kernel.errors import Conflict
from kernel.jobs import wake
from kernel.models import uuid7
from kernel.sealing import seal
from kernel.texts import Text

Mode = Subscription.Mode


@transaction.atomic
def rotate_secret(subscription: Subscription, *, actor: Actor) -> tuple[Subscription, str]:
    """Sign with a new secret, which is shown this once, and for a day with the old one too."""
    require(actor, Perm.SUBSCRIPTION_OPEN, subscription.department_id)
    _require_mode(subscription, Mode.WEBHOOK)
    locked = _locked(subscription)
    secret = new_secret()
    locked.change(
        sealed=seal(secret), sealed_before=locked.sealed, before_until=timezone.now() + OVERLAP
    )
    audit.record(actor, "subscription.secret_rotated", locked)
    return locked, secret


def ping_subscription(subscription: Subscription, *, actor: Actor) -> Outcome:
    """Send an event of the type ``ping`` now, whatever the lane does; how it ended."""
    require(actor, Perm.SUBSCRIPTION_OPEN, subscription.department_id)
    _require_mode(subscription, Mode.WEBHOOK)
    _require_open(subscription)
    with webhook_client() as client:
        outcome = webhooks.send(
            subscription.url,
            ping_of(subscription),
            f"{subscription.pk}.ping.{uuid7()}",
            list(signing_secrets(subscription)),
            client,
        )
    note_ping(subscription, outcome, actor=actor)
    return outcome


@transaction.atomic
def redeliver_subscription(
    subscription: Subscription, *, actor: Actor, number: int = 0, since: int = 0
) -> Subscription:
    """Bring one batch once more, or all that arrived from one on; each under its old name.

    Before anything new, and tried again like anything new. NeverDelivered for what has not
    arrived yet, RepeatUnderWay while an earlier wish is not done.
    """
    require(actor, Perm.SUBSCRIPTION_OPEN, subscription.department_id)
    _require_mode(subscription, Mode.WEBHOOK, Mode.FILE)
    locked = _locked(subscription)
    if locked.redeliver_next:
        raise RepeatUnderWay(
            Text(
                "batches {first} to {last} come first",
                first=locked.redeliver_next,
                last=locked.redeliver_last,
            ),
            next=locked.redeliver_next,
            last=locked.redeliver_last,
        )
    first = number or since
    brought = locked.deliveries.filter(
        delivered_at__isnull=False, number__gte=max(first, locked.dataset.first_number)
    )
    wanted = brought.filter(number=number) if number else brought
    numbers = list(wanted.order_by("number").values_list("number", flat=True))
    if not numbers or (number == 0 and first > locked.position):
        name = "number" if number else "since"
        raise NeverDelivered.field(
            name, "no batch of this number arrived here that is still kept", "never-delivered"
        )
    locked.change(
        redeliver_next=numbers[0],
        redeliver_last=numbers[-1],
        attempts=0,
        next_attempt_at=timezone.now(),
    )
    audit.record(actor, "subscription.redelivered", locked, first=numbers[0], last=numbers[-1])
    wake("exchange.deliver_due")
    return locked


@transaction.atomic
def reload_subscription(subscription: Subscription, *, actor: Actor) -> Subscription:
    """Load the target's table anew from today's, or put the whole table down once more."""
    require(actor, Perm.SUBSCRIPTION_OPEN, subscription.department_id)
    _require_mode(subscription, Mode.SINK, Mode.FILE)
    _locked(subscription)
    fence(Subscription.objects.filter(pk=subscription.pk))
    subscription.change(reload=True, attempts=0, next_attempt_at=timezone.now())
    audit.record(actor, "subscription.reloaded", subscription)
    wake("exchange.deliver_due")
    return subscription


def _locked(subscription: Subscription) -> Subscription:
    rows = Subscription.objects.select_for_update(of=("self",)).select_related("dataset")
    locked: Subscription = rows.get(pk=subscription.pk)
    _require_open(locked)
    return locked


def _require_open(subscription: Subscription) -> None:
    if subscription.state == "ended":
        raise Conflict("this subscription has ended; open a new one")


def _require_mode(subscription: Subscription, *modes: Mode) -> None:
    if subscription.mode not in modes:
        known = ", ".join(mode.value for mode in modes)
        raise ModeMismatch(
            Text("this is a {mode}; the step is for: {known}", mode=subscription.mode, known=known)
        )
