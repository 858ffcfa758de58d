"""Shapes of the board of deadlines, of what duties took, and of notices."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from accounts.clocks import Clock
from accounts.clockstats import Duration
from accounts.models import Notice
from kernel.api import In


class BoardLineOut(serializers.Serializer):
    """The open clocks of a department."""

    department = serializers.UUIDField()
    department_name = serializers.CharField()
    running = serializers.IntegerField(help_text="neither near its end nor past it")
    warning = serializers.IntegerField(help_text="two workdays or less to the last day")
    overdue = serializers.IntegerField()
    asking = serializers.IntegerField(help_text="more time is asked for and not decided")
    next_due_on = serializers.DateField(help_text="the earliest last day")
    kinds = serializers.DictField(
        child=serializers.DictField(child=serializers.IntegerField()),
        help_text="kind of clock -> standing -> how many",
    )


class BoardOut(serializers.Serializer):
    """The board as of today."""

    as_of = serializers.DateField()
    items = BoardLineOut(many=True)


class DurationOut(serializers.Serializer):
    """What became of a kind of clock, in workdays (工作日)."""

    kind = serializers.CharField()
    article = serializers.CharField()
    duty = serializers.CharField()
    is_statutory = serializers.BooleanField(help_text="false: 内部时限, the platform's own")
    met = serializers.IntegerField()
    in_time = serializers.IntegerField()
    on_time_rate = serializers.FloatField(help_text="in_time / met")
    allowed_mean = serializers.FloatField(help_text="limit and extension")
    actual_mean = serializers.FloatField()
    actual_median = serializers.IntegerField()
    actual_most = serializers.IntegerField()

    def to_representation(self, pair: tuple[Clock, Duration]) -> dict[str, Any]:
        """The clock's words with its numbers."""
        clock, row = pair
        words = {name: getattr(clock, name) for name in ("article", "duty", "is_statutory")}
        return super().to_representation({**vars(row), **words, "on_time_rate": row.on_time_rate})


class ClockStatisticsOut(serializers.Serializer):
    """Legal against actual workdays in a period."""

    since = serializers.DateField()
    until = serializers.DateField()
    items = DurationOut(many=True)


class NoticeOut(serializers.ModelSerializer):
    """A notice in the reader's language, with the reason why one gets it."""

    title = serializers.CharField()
    why = serializers.CharField()
    is_read = serializers.SerializerMethodField()

    class Meta:
        model = Notice
        fields = [
            "id",
            "created_at",
            "verb",
            "title",
            "why",
            "subject_type",
            "subject_id",
            "facts",
            "is_read",
        ]

    def get_is_read(self, row: Notice) -> bool:
        """Whether this person has read up to here."""
        read = self.context.get("read")
        return read is not None and row.created_at <= read


class NoticesReadIn(In):
    """Up to when the notices were read."""

    until = serializers.DateTimeField(default=timezone.now)


class NoticesReadOut(serializers.Serializer):
    """How many notices were new."""

    read = serializers.IntegerField()
