"""Systems that feed living grants are held, so that nobody retires them unawares."""

from uuid import UUID

from django.db import transaction

from accounts.actions.holds import place_hold, release_hold
from accounts.actor import Actor
from catalog.models import Resource
from exchange.models import Dataset, Grant
from exchange.states import GRANT_RUNNING

KIND = "dataset"


@transaction.atomic
def settle_hold(resource_id: UUID, *, actor: Actor) -> None:
    """Hold the system behind the resource's dataset while the dataset is open and granted.

    Called by every deed that changes one of the three: system, dataset, grants.
    """
    # One at a time by resource: a grant that comes and one that goes then see each other.
    resource = Resource.objects.select_for_update(no_key=True).get(pk=resource_id)
    dataset = Dataset.objects.filter(resource=resource).first()
    if dataset is None:
        return
    granted = Grant.objects.filter(resource=resource, state__in=GRANT_RUNNING).count()
    if granted and dataset.state == "open":
        note = f"feeds {resource.code}, granted {granted} times"
        place_hold(dataset.system_id, KIND, dataset.pk, note, actor=actor)
    else:
        release_hold(KIND, dataset.pk, actor=actor)
