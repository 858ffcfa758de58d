"""Signs of life of the platform's parts."""

from django.db.models.functions import Now

from accounts.models import Heartbeat


def record_heartbeats(*names: str) -> None:
    """Note by the database's clock that these parts make progress."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=Now()) for name in names],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at"],
    )
