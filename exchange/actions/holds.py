"""Systems that feed living grants are held, so that nobody retires them unawares."""

from uuid import UUID

from django.db import transaction

from accounts.actions.holds import place_hold, release_hold
from accounts.actor import Actor
from catalog.models import Resource
from catalog.vocabulary import ShareMode
from exchange.models import Dataset, Grant, ServiceInterface
from exchange.services import Service
from exchange.states import GRANT_RUNNING

DATASET, INTERFACE = "dataset", "interface"


@transaction.atomic
def settle_hold(resource_id: UUID, *, actor: Actor) -> None:
    """Hold the systems behind the resource's dataset and interfaces while these are granted.

    Called by every deed that changes one of them: system, dataset, interface, grants.
    """
    # One at a time by resource: a grant that comes and one that goes then see each other.
    resource = Resource.objects.select_for_update(no_key=True).get(pk=resource_id)
    running = Grant.objects.filter(resource=resource, state__in=GRANT_RUNNING)
    for dataset in Dataset.objects.filter(resource=resource):
        granted = running.count() if dataset.state == "open" else 0
        _settle(DATASET, dataset, resource, granted, actor)
    calling = running.filter(modes__contains=[ShareMode.INTERFACE.value])
    for interface in ServiceInterface.objects.filter(resource=resource):
        granted = calling.count() if interface.state != "closed" else 0
        _settle(INTERFACE, interface, resource, granted, actor)


def _settle(kind: str, service: Service, resource: Resource, granted: int, actor: Actor) -> None:
    if granted:
        note = f"feeds {resource.code}, granted {granted} times"
        place_hold(service.system_id, kind, service.pk, note, actor=actor)
    else:
        release_hold(kind, service.pk, actor=actor)
