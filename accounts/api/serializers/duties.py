"""Shapes of statutory clocks, calendars, the role table and the audit trail."""

from datetime import date

from django.utils import timezone
from rest_framework import serializers

from accounts.calendars import calendars_from
from accounts.clocks import CLOCKS, KEEPING
from accounts.models import AuditEvent, CalendarYear, Obligation
from accounts.vocabulary import Standing
from accounts.workdays import Calendars, workdays_left
from kernel.api import In


class ObligationOut(serializers.ModelSerializer):
    """A clock that runs or ran for a department."""

    department = serializers.UUIDField(source="department_id")
    counterpart = serializers.UUIDField(
        source="counterpart_id", allow_null=True, help_text="to whom it is owed"
    )
    standing = serializers.ChoiceField(Standing.choices, help_text="how it stands today")
    article = serializers.SerializerMethodField()
    duty = serializers.SerializerMethodField()
    workdays_left = serializers.SerializerMethodField()
    is_late = serializers.SerializerMethodField()

    class Meta:
        model = Obligation
        fields = [
            "id",
            "kind",
            "article",
            "duty",
            "department",
            "counterpart",
            "subject_type",
            "subject_id",
            "state",
            "standing",
            "started_at",
            "limit_workdays",
            "due_on",
            "workdays_left",
            "is_late",
            "is_provisional",
            "calendars",
            "warn_on",
            "asked_workdays",
            "asked_reason",
            "asked_at",
            "extended_workdays",
            "extension_reason",
            "extension_document",
            "met_at",
            "just_cause",
        ]

    def get_article(self, row: Obligation) -> str:
        """The article of Order 809 that sets the limit."""
        return CLOCKS[row.kind].article

    def get_duty(self, row: Obligation) -> str:
        """What has to be done."""
        return CLOCKS[row.kind].duty

    def get_workdays_left(self, row: Obligation) -> int | None:
        """Workdays up to the due day, negative once it has passed; null when the clock stopped."""
        if row.state != "open":
            return None
        today = timezone.localdate()
        return workdays_left(today, row.due_on, self._calendars(min(today, row.due_on)))

    def get_is_late(self, row: Obligation) -> bool:
        """Whether the limit was or is missed."""
        ended = timezone.localdate(row.met_at) if row.met_at else timezone.localdate()
        return row.state != "cancelled" and row.kind not in KEEPING and ended > row.due_on

    def _calendars(self, early: date) -> Calendars:
        known: dict[int, Calendars] = self.context.get("calendars", {})
        if early.year not in known:
            known[early.year] = calendars_from(early.year)
        return known[early.year]


class ExtensionAskedIn(In):
    """More time that the department asks for."""

    workdays = serializers.IntegerField(min_value=1, max_value=20)
    reason = serializers.CharField(max_length=400)


class ExtensionIn(In):
    """The authority's decision to give more time."""

    workdays = serializers.IntegerField(min_value=1, max_value=20)
    reason = serializers.CharField(max_length=400)
    document = serializers.CharField(max_length=120, help_text="number of the decision")


class ExplanationIn(In):
    """Why the limit was missed."""

    just_cause = serializers.CharField(max_length=400)


class ClockOut(serializers.Serializer):
    """A statutory clock, with the local limit where one is set."""

    kind = serializers.CharField()
    article = serializers.CharField()
    duty = serializers.CharField()
    is_statutory = serializers.BooleanField(help_text="false: 内部时限, the platform's own")
    national_workdays = serializers.IntegerField()
    extension = serializers.IntegerField()
    workdays = serializers.IntegerField(help_text="what counts here: local, else national")
    basis = serializers.CharField(help_text="the local rule; empty where the national limit counts")


class ClockLimitIn(In):
    """A shorter limit of this jurisdiction."""

    workdays = serializers.IntegerField(min_value=1, max_value=60)
    basis = serializers.CharField(max_length=200)


class CalendarDayIn(In):
    """A day in the shape of holiday-cn."""

    name = serializers.CharField(max_length=40, allow_blank=True, required=False)
    date = serializers.DateField()
    isOffDay = serializers.BooleanField()  # noqa: N815 - the name in holiday-cn's files


class CalendarIn(In):
    """A year as the State Council's notice sets it; only days out of the ordinary count."""

    year = serializers.IntegerField(min_value=1949, max_value=2199)
    days = serializers.ListField(child=CalendarDayIn(), max_length=366)
    source = serializers.CharField(max_length=200, help_text="number of the notice")


class CalendarOut(serializers.ModelSerializer):
    """The edition in force; ``days``: date -> whether people work, out of the ordinary only."""

    days = serializers.DictField(child=serializers.BooleanField())

    class Meta:
        model = CalendarYear
        fields = ["year", "edition", "days", "source", "created_at"]


class HoldingOut(serializers.Serializer):
    """What a role may do."""

    role = serializers.CharField()
    everywhere = serializers.BooleanField(help_text="false: in its own department only")
    permissions = serializers.ListField(child=serializers.CharField())


class AuditEventOut(serializers.ModelSerializer):
    """An entry of the trail; ``block`` is null until it is sealed."""

    block = serializers.IntegerField(default=None, allow_null=True)

    class Meta:
        model = AuditEvent
        fields = [
            "id",
            "at",
            "verb",
            "actor_kind",
            "actor_id",
            "actor_name",
            "department_id",
            "subject_type",
            "subject_id",
            "detail",
            "request_id",
            "address",
            "block",
        ]
