from django.db import models
from django.utils import timezone

from accounts.querysets import IncidentQuerySet
from accounts.states import INCIDENT
from accounts.vocabulary import Severity
from kernel.models import Row


class Incident(Row):
    """A security incident (网络安全事件) from its discovery to its end; nobody removes one."""

    title = models.CharField(max_length=120)
    description = models.CharField(max_length=4000)
    severity = models.CharField(max_length=8, choices=Severity)
    state = models.CharField(max_length=8, choices=INCIDENT.choices, default=INCIDENT.start)
    found_at = models.DateTimeField()
    recorded_by = models.UUIDField()
    # Until when it has to be reported; empty where its severity wants no report.
    report_by = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    reported_to = models.CharField(max_length=120, blank=True)
    document = models.CharField(max_length=120, blank=True)
    measures = models.CharField(max_length=4000, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.UUIDField(null=True, blank=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "report_by"])]

    def __str__(self) -> str:
        return self.title

    @property
    def is_late(self) -> bool:
        """Whether it was reported too late, or still has to be and the time is over."""
        if self.report_by is None:
            return False
        return (self.reported_at or timezone.now()) > self.report_by
