from django.db import models
from django.db.models import Q
from django.utils import timezone

from exchange.querysets import AttemptQuerySet, DeliveryQuerySet, SubscriptionQuerySet
from exchange.states import SUBSCRIPTION
from kernel.models import Row


class Subscription(Row):
    """A grant in use: one ordered lane from the log to one system.

    The row is the queue. It is due when the dataset has batches beyond ``position``; publishing
    therefore writes nothing here, however many subscribe. A worker holds the lane by a lease that
    the database's clock ends, and each of its writes names the ``lease_token`` it got.
    """

    class Mode(models.TextChoices):
        """How the batches travel."""

        PULL = "pull", "The system pulls"
        WEBHOOK = "webhook", "A signed call says what is new"
        SINK = "sink", "The hub writes to the system's database"
        FILE = "file", "The hub puts files where the system picks them up"

    grant = models.ForeignKey(
        "exchange.Grant", on_delete=models.PROTECT, related_name="subscriptions"
    )
    dataset = models.ForeignKey(
        "exchange.Dataset", on_delete=models.PROTECT, related_name="subscriptions"
    )
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT)
    system = models.ForeignKey("accounts.InformationSystem", on_delete=models.PROTECT)
    mode = models.CharField(max_length=8, choices=Mode)
    state = models.CharField(max_length=8, choices=SUBSCRIPTION.choices, default=SUBSCRIPTION.start)
    state_reason = models.CharField(max_length=400, blank=True)
    # Stated at the opening, for every delivery; a call of its own may state another.
    purpose = models.CharField(max_length=40, blank=True)
    # Webhook: the address. File: the folder. Sink: schema and table in the target.
    url = models.CharField(max_length=500, blank=True)
    target_schema = models.CharField(max_length=63, blank=True)
    target_table = models.CharField(max_length=63, blank=True)
    # Sealed with SEALING_KEYS: the webhook's signing secret or the sink's connection string.
    sealed = models.TextField(blank=True)
    # Webhook: the secret before, with which calls are signed too until then.
    sealed_before = models.TextField(blank=True)
    before_until = models.DateTimeField(null=True, blank=True)
    # File: ndjson, csv or parquet.
    file_format = models.CharField(max_length=8, blank=True)

    position = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.PositiveBigIntegerField(default=0)
    last_error = models.CharField(max_length=400, blank=True)
    # Sink: what the target's rows show, and whether they must be loaded anew because it changed.
    shown_digest = models.CharField(max_length=64, blank=True)
    reload = models.BooleanField(default=False)
    # Webhook and file: batches to be brought once more, from the first to the last of these.
    redeliver_next = models.PositiveBigIntegerField(null=True, blank=True)
    redeliver_last = models.PositiveBigIntegerField(null=True, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state="active", mode__in=["webhook", "sink", "file"]),
                name="lanes_by_due_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mode} of {self.dataset_id}"


class Delivery(Row):
    """That a batch reached a subscription, after how many attempts, or why it has not yet."""

    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="deliveries"
    )
    number = models.PositiveBigIntegerField()
    attempts = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveBigIntegerField(default=0)
    # Sink and file: the whole table as of this batch, not the batch alone.
    is_table = models.BooleanField(default=False)
    last_error = models.CharField(max_length=400, blank=True)
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "number"], name="one_delivery_each"),
        ]

    def __str__(self) -> str:
        return f"batch {self.number} to {self.subscription_id}"


class Attempt(Row):
    """One call, load or drop of a lane and how it ended; kept for a limited time."""

    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="attempts_made"
    )
    number = models.PositiveBigIntegerField()
    is_repeat = models.BooleanField(default=False)
    ok = models.BooleanField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=400, blank=True)
    # The beginning of a receiver's answer.
    excerpt = models.CharField(max_length=1000, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subscription", "-created_at"], name="attempts_of_a_lane"),
        ]

    def __str__(self) -> str:
        return f"attempt at batch {self.number} for {self.subscription_id}"
