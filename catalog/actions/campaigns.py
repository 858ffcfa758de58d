"""The census (大普查): every department goes over its entries and its head confirms them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.errors import DepartmentClosed
from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import require
from catalog.errors import CampaignClosed
from catalog.models import Campaign, CampaignTask
from catalog.reports import counts_of
from catalog.states import CAMPAIGN, CAMPAIGN_TASK
from kernel.errors import Invalid
from kernel.texts import Text


@transaction.atomic
def open_campaign(
    *,
    actor: Actor,
    name: str,
    due_on: date,
    instructions: str = "",
    opens_on: date | None = None,
    departments: Sequence[Department] | None = None,
) -> Campaign:
    """Begin a census with a task for each of these departments; for every one, if none is named."""
    require(actor, Perm.CAMPAIGN_OPEN)
    today = timezone.localdate()
    begins = opens_on or today
    if due_on < max(begins, today):
        raise Invalid.field("due_on", "must not be before it opens, nor in the past", "too-early")
    if departments is None:
        departments = list(Department.objects.filter(is_active=True))
    closed = next((one for one in departments if not one.is_active), None)
    if closed is not None:
        raise DepartmentClosed(Text("{name} is closed", name=closed.name))
    if not departments:
        raise Invalid.field("departments", "name at least one department", "required")
    campaign = Campaign.objects.create(
        name=name,
        instructions=instructions,
        opens_on=begins,
        due_on=due_on,
        opened_by=cast(UUID, actor.id),
    )
    asked = {one.pk: one for one in departments}
    tasks = [CampaignTask(campaign=campaign, department=one) for one in asked.values()]
    CampaignTask.objects.bulk_create(tasks, batch_size=1000)
    audit.record(actor, "campaign.opened", campaign, due_on=str(due_on), tasks=len(tasks))
    return campaign


@transaction.atomic
def close_campaign(campaign: Campaign, *, actor: Actor) -> Campaign:
    """End the census; what was not confirmed stays so."""
    require(actor, Perm.CAMPAIGN_CLOSE)
    CAMPAIGN.move(campaign, "close")
    left = campaign.tasks.exclude(state="confirmed").count()
    audit.record(actor, "campaign.closed", campaign, not_confirmed=left)
    return campaign


@transaction.atomic
def confirm_task(task: CampaignTask, *, actor: Actor) -> CampaignTask:
    """The department's head confirms its part; what it has now is kept with the task."""
    require(actor, Perm.CAMPAIGN_CONFIRM, task.department_id)
    _require_open(task)
    now = timezone.now()
    counts = counts_of([task.department_id], timezone.localdate(now))[task.department_id]
    CAMPAIGN_TASK.move(
        task,
        "confirm",
        confirmed_by=actor.id,
        confirmed_at=now,
        counts={name: _plain(number) for name, number in counts.items()},
        return_reason="",
    )
    audit.record(actor, "campaign.confirmed", task, entries=counts["in_force"])
    return task


@transaction.atomic
def return_task(task: CampaignTask, *, actor: Actor, reason: str) -> CampaignTask:
    """The authority sends a confirmation back; the department mends and confirms anew."""
    require(actor, Perm.CAMPAIGN_RETURN)
    _require_open(task)
    CAMPAIGN_TASK.move(task, "return", return_reason=reason)
    audit.record(actor, "campaign.returned", task, reason=reason)
    return task


def _require_open(task: CampaignTask) -> None:
    """Held until the transaction ends, so that no task moves after the census was closed."""
    held = Campaign.objects.select_for_update(no_key=True).get(pk=task.campaign_id)
    if held.state != "open":
        raise CampaignClosed(Text("the census {name} is {state}", name=held.name, state=held.state))


def _plain(number: Any) -> Any:
    return str(number) if isinstance(number, Decimal) else number
