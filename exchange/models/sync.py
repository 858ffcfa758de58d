from django.db import models
from django.db.models import Q
from django.utils import timezone

from exchange.querysets import SyncJobQuerySet, SyncRunQuerySet
from exchange.states import RUN_OPEN, SYNC_JOB, SYNC_RUN
from kernel.models import Row


class SyncJob(Row):
    """库表交换: a table or files of a connector, read into a dataset by a timetable."""

    class Mode(models.TextChoices):
        """All rows, compared with what is published; or those beyond a watermark."""

        FULL = "full", "Full, with the difference"
        INCREMENTAL = "incremental", "Incremental, by watermark and key"

    dataset = models.ForeignKey(
        "exchange.Dataset", on_delete=models.PROTECT, related_name="sync_jobs"
    )
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT)
    connector = models.ForeignKey(
        "exchange.Connector", on_delete=models.PROTECT, related_name="sync_jobs"
    )
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=SYNC_JOB.choices, default=SYNC_JOB.start)
    state_reason = models.CharField(max_length=400, blank=True)
    # A table as schema.table, a pattern of files, or the path of an address; by connector.
    source = models.CharField(max_length=500)
    # The dataset's items by the source's columns they are read from; absent ones by their name.
    mapping = models.JSONField(default=dict, blank=True)
    mode = models.CharField(max_length=12, choices=Mode, default=Mode.FULL)
    watermark = models.CharField(max_length=128, blank=True)
    # Incremental: how far before the last watermark each run begins, in seconds or in steps.
    overlap = models.PositiveBigIntegerField(default=0)
    # "" by hand only, "every 15m", or five fields of cron in the platform's time zone.
    schedule = models.CharField(max_length=100, blank=True)
    # As schedule: when counts and samples are compared with the source.
    reconcile = models.CharField(max_length=100, blank=True)
    next_run_at = models.DateTimeField(null=True, blank=True, db_index=True)
    next_reconcile_at = models.DateTimeField(null=True, blank=True, db_index=True)
    # Incremental: the last watermark and key that a batch holds, exactly as the source has them.
    cursor = models.JSONField(null=True, blank=True)
    # Set where a renamed or dropped column, a hole or a mismatch wants a whole read.
    needs_full = models.BooleanField(default=False)
    failures = models.PositiveSmallIntegerField(default=0)

    objects = SyncJobQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class SyncRun(Row):
    """One pass of a sync job: claimed by lease, its progress, its end and what it found."""

    class Kind(models.TextChoices):
        """To publish, or to compare only."""

        PUBLISH = "publish", "Publish"
        RECONCILE = "reconcile", "Compare with the source"

    class Trigger(models.TextChoices):
        """What began it."""

        SCHEDULE = "schedule", "The timetable"
        HAND = "hand", "A person"

    job = models.ForeignKey(SyncJob, on_delete=models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PUBLISH)
    mode = models.CharField(max_length=12, choices=SyncJob.Mode)
    trigger = models.CharField(max_length=8, choices=Trigger)
    state = models.CharField(max_length=10, choices=SYNC_RUN.choices, default=SYNC_RUN.start)
    # The source's host and port: how many may be read at once is counted by it.
    host = models.CharField(max_length=260, blank=True)
    cancel_asked_at = models.DateTimeField(null=True, blank=True)

    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.PositiveBigIntegerField(default=0)

    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    rows_expected = models.PositiveBigIntegerField(null=True, blank=True)
    rows_read = models.PositiveBigIntegerField(default=0)
    bytes_read = models.PositiveBigIntegerField(default=0)
    # Pieces safely on the disk, and the place in the source after the last of them.
    chunks = models.PositiveIntegerField(default=0)
    place = models.JSONField(null=True, blank=True)

    batch = models.ForeignKey(
        "exchange.Batch", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Codes as in docs/reference/problems.md; whether another attempt can help.
    fault_code = models.CharField(max_length=60, blank=True)
    fault_detail = models.CharField(max_length=400, blank=True)
    fault_is_transient = models.BooleanField(default=False)
    report = models.JSONField(default=dict, blank=True)

    objects = SyncRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="one_run_number"),
            models.UniqueConstraint(
                fields=["job"], condition=Q(state__in=RUN_OPEN), name="one_open_run_per_job"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(state__in=RUN_OPEN),
                name="runs_by_due_time",
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.number} of {self.job_id}"


class SeenFile(Row):
    """A file that a job has published: the same name with the same bytes is not read again."""

    job = models.ForeignKey(SyncJob, on_delete=models.CASCADE, related_name="seen_files")
    path = models.CharField(max_length=1000)
    # Size and time of change, or the storage's own tag; and the SHA-256 of what was read.
    tag = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    batch = models.ForeignKey(
        "exchange.Batch", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "path", "tag"], name="one_sight_of_a_file"),
        ]

    def __str__(self) -> str:
        return self.path
