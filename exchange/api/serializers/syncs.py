from typing import Any

from rest_framework import serializers

from exchange.models import SyncJob, SyncRun
from exchange.progress import Progress, progress_of
from kernel.api import In


class _Described(In):
    name = serializers.CharField(max_length=120)
    source = serializers.CharField(
        max_length=500, help_text="A table as schema.table, or a pattern of files."
    )
    mapping = serializers.DictField(
        child=serializers.CharField(max_length=128, allow_blank=True),
        required=False,
        help_text="Items by the source's columns; an item that is not named has the same name, "
        "one with an empty column stays empty.",
    )
    mode = serializers.ChoiceField(choices=SyncJob.Mode.choices, required=False)
    watermark = serializers.CharField(max_length=128, required=False, allow_blank=True)
    overlap = serializers.IntegerField(
        min_value=0,
        max_value=10**12,
        required=False,
        help_text="How far before the last watermark each run begins: seconds of a time, days of "
        "a date, steps of a number.",
    )
    schedule = serializers.CharField(
        max_length=100,
        required=False,
        allow_blank=True,
        help_text="'every 15m', five fields of cron, or empty: by hand only.",
    )
    reconcile = serializers.CharField(
        max_length=100,
        required=False,
        allow_blank=True,
        help_text="As schedule: when the published rows are compared with the source.",
    )


class SyncJobIn(_Described):
    """What is read from where into which dataset, and when."""

    dataset = serializers.UUIDField()
    connector = serializers.UUIDField()


class SyncJobChangeIn(_Described):
    """What changes of a sync job."""


class SyncJobOut(serializers.ModelSerializer):
    """A sync job, and how far it has come."""

    class Meta:
        model = SyncJob
        fields = (
            "id",
            "dataset",
            "department",
            "connector",
            "name",
            "state",
            "state_reason",
            "source",
            "mapping",
            "mode",
            "watermark",
            "overlap",
            "schedule",
            "reconcile",
            "next_run_at",
            "next_reconcile_at",
            "cursor",
            "needs_full",
            "failures",
            "created_at",
            "updated_at",
        )


class ProgressOut(serializers.Serializer):
    """How far a run has come, and when it will be done if it goes on so."""

    rows = serializers.IntegerField()
    expected = serializers.IntegerField(allow_null=True)
    bytes = serializers.IntegerField()
    rows_per_second = serializers.FloatField(allow_null=True)
    part = serializers.FloatField(allow_null=True, help_text="0 to 1")
    ends_at = serializers.DateTimeField(allow_null=True)


class FaultOut(serializers.Serializer):
    """Why a run waits or failed, and whether another attempt can help."""

    code = serializers.CharField()
    detail = serializers.CharField()
    is_transient = serializers.BooleanField()


class SyncRunOut(serializers.ModelSerializer):
    """One pass of a sync job."""

    batch = serializers.IntegerField(source="batch.number", default=None, allow_null=True)
    progress = serializers.SerializerMethodField()
    fault = serializers.SerializerMethodField()

    class Meta:
        model = SyncRun
        fields = (
            "id",
            "job",
            "number",
            "kind",
            "mode",
            "trigger",
            "state",
            "cancel_asked_at",
            "attempts",
            "next_attempt_at",
            "started_at",
            "finished_at",
            "progress",
            "chunks",
            "batch",
            "fault",
            "created_at",
        )

    def get_progress(self, run: SyncRun) -> Any:
        """Rows, bytes, rate and estimate."""
        found: Progress = progress_of(run)
        return ProgressOut(found).data

    def get_fault(self, run: SyncRun) -> Any:
        """Null where nothing is wrong."""
        if not run.fault_code:
            return None
        told = {
            "code": run.fault_code,
            "detail": run.fault_detail,
            "is_transient": run.fault_is_transient,
        }
        return FaultOut(told).data


class ReportOut(serializers.Serializer):
    """What a run found: counts of what it published, or how source and published rows differ."""

    run = serializers.UUIDField()
    kind = serializers.CharField()
    state = serializers.CharField()
    report = serializers.DictField()
