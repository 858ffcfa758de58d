"""Shapes of facts about systems."""

import re
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from rest_framework import serializers

from accounts.signals.words import DATE_FORM, MOMENT_FORM, MOST_REFERENCE, MOST_SOURCE, REFUSALS
from accounts.vocabulary import SignalKind
from kernel.api import In


class MomentField(serializers.CharField):
    """A day, which is its midnight in Asia/Shanghai, or RFC 3339 with a zone; as in bodies."""

    def to_internal_value(self, data: Any) -> datetime:  # type: ignore[override]
        """The moment."""
        text = super().to_internal_value(data)
        try:
            if re.fullmatch(MOMENT_FORM, text):
                return datetime.fromisoformat(text.upper())
            if re.fullmatch(DATE_FORM, text) and (day := parse_date(text)):
                return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001
        except (ValueError, OverflowError):
            pass
        raise serializers.ValidationError(REFUSALS["at-malformed"], "at-malformed")


class SignalIn(In):
    """One fact; a system that calls itself need not name itself."""

    system = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(choices=SignalKind.choices)
    at = MomentField()
    number = serializers.FloatField()
    source = serializers.CharField(
        max_length=MOST_SOURCE, required=False, default="", allow_blank=True
    )
    reference = serializers.CharField(
        max_length=MOST_REFERENCE, required=False, default="", allow_blank=True
    )


class LineErrorOut(serializers.Serializer):
    """Why one line is no fact."""

    line = serializers.IntegerField()
    column = serializers.CharField(allow_null=True)
    code = serializers.CharField()
    detail = serializers.CharField()


class ToldOut(serializers.Serializer):
    """What became of a telling: accepted + rejected = received, new + repeated = accepted."""

    received = serializers.IntegerField()
    accepted = serializers.IntegerField()
    new = serializers.IntegerField()
    repeated = serializers.IntegerField()
    rejected = serializers.IntegerField()
    dry_run = serializers.BooleanField()
    errors = LineErrorOut(many=True, help_text="The first 1000 by line.")


class DayOut(serializers.Serializer):
    """A day on which something was told."""

    day = serializers.DateField()
    number = serializers.FloatField()


class SeriesOut(serializers.Serializer):
    """One kind of fact, by day."""

    kind = serializers.ChoiceField(choices=SignalKind.choices)
    days = DayOut(many=True)


class DailyOut(serializers.Serializer):
    """The daily numbers of a system; days without any fact are left out."""

    system = serializers.UUIDField()
    first = serializers.DateField(help_text="The first day of the answer.")
    last = serializers.DateField(help_text="The last day of the answer.")
    series = SeriesOut(many=True)
