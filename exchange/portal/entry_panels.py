"""What the exchange shows on an entry's page: its data, who uses them, objections to them."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from catalog.models import Resource
from catalog.portal.panels import Panel
from exchange.models import Dataset, Grant, Objection, ServiceInterface
from exchange.portal import lane_words as words
from exchange.states import OBJECTION_OPEN

_DAYS = 30


def entry_panels(resource: Resource, actor: Actor) -> Iterator[Panel]:
    """Data, use and objections, each where the reader may see such things at all."""
    yield Panel(_("Data attached"), "exchange/panels/data.html", _data(resource, actor))
    if may(actor, Perm.REQUEST_VIEW):
        yield Panel(_("Use"), "exchange/panels/use.html", _use(resource, actor))
        yield Panel(
            _("Objections"), "exchange/panels/objections.html", _objections(resource, actor)
        )


def _data(resource: Resource, actor: Actor) -> dict[str, Any]:
    """The dataset and interfaces of the entry; figures where the reader sees the dataset."""
    dataset = Dataset.objects.visible_to(actor).filter(resource=resource).first()
    interfaces: Any = ServiceInterface.objects.visible_to(actor).filter(resource=resource)
    asks = resource.published_id is not None and may(
        actor, Perm.REQUEST_SUBMIT, actor.department_id
    )
    own = actor.department_id == resource.department_id
    return {
        "dataset": dataset,
        "state": words.DATASET_STATES[dataset.state] if dataset else None,
        "last": dataset.batches.aggregate(at=Max("created_at"))["at"] if dataset else None,
        "interfaces": interfaces.order_by("name")[:10],
        "is_attached": resource.is_attached,
        "came": resource.data_updated_at,
        "ask": f"{reverse('request-new')}?resource={resource.pk}" if asks and not own else "",
    }


def _use(resource: Resource, actor: Actor) -> dict[str, Any]:
    """Living grants, and what was read under them in the last days, as the reader may see them."""
    grants: Any = Grant.objects.visible_to(actor).filter(resource=resource)
    since = timezone.localdate() - timedelta(days=_DAYS)
    used = grants.filter(days__day__gte=since).aggregate(
        calls=Sum("days__calls"), rows=Sum("days__rows")
    )
    return {
        "days": _DAYS,
        "living": grants.live().count(),
        "departments": grants.live().aggregate(n=Count("department", distinct=True))["n"],
        "calls": used["calls"] or 0,
        "rows": used["rows"] or 0,
    }


def _objections(resource: Resource, actor: Actor) -> dict[str, Any]:
    """Objections that the reader may see."""
    rows: Any = Objection.objects.visible_to(actor).filter(resource=resource)
    allowed = may(actor, Perm.OBJECTION_SUBMIT, actor.department_id)
    own = actor.department_id == resource.department_id
    return {
        "open": rows.filter(state__in=OBJECTION_OPEN).count(),
        "all": rows.count(),
        "new": f"{reverse('objection-new')}?resource={resource.pk}" if allowed and not own else "",
    }
