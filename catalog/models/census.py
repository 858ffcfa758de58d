from django.db import models

from catalog.querysets import CampaignQuerySet, CampaignTaskQuerySet
from catalog.states import CAMPAIGN, CAMPAIGN_TASK
from kernel.models import Row


class Campaign(Row):
    """A census (普查): every department goes over its entries and confirms them by a day."""

    name = models.CharField(max_length=120)
    instructions = models.CharField(max_length=1000, blank=True)
    opens_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=CAMPAIGN.choices, default=CAMPAIGN.start)
    opened_by = models.UUIDField()

    objects = CampaignQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class CampaignTask(Row):
    """One department's part in a census."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="tasks")
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT)
    state = models.CharField(
        max_length=10, choices=CAMPAIGN_TASK.choices, default=CAMPAIGN_TASK.start
    )
    confirmed_by = models.UUIDField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # What the department had when it confirmed: entries, with census numbers, complete, attached.
    counts = models.JSONField(default=dict)
    return_reason = models.CharField(max_length=400, blank=True)

    objects = CampaignTaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "department"], name="one_task_each"),
        ]

    def __str__(self) -> str:
        return f"{self.department_id} in {self.campaign_id}"
