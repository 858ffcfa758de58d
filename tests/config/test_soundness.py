"""What does not agree is named by its place; what agrees raises no alarm."""

import pytest
from django.db import connection

from accounts.actions.trail import seal_audit
from accounts.models import AuditEvent
from config.soundness import examine_data
from exchange.models import Batch, Dataset, SharingRequest, Subscription
from exchange.storage import store
from tests.exchanges import store_dir, world
from tests.factories.exchange import row
from tests.people import client_for

__all__ = ["store_dir", "world"]

pytestmark = pytest.mark.django_db


def failed() -> dict[str, str]:
    return {each.subject: each.detail for each in examine_data() if each.level == "fail"}


@pytest.fixture
def lived(world):
    """An exchange that published, gave and sealed."""
    lane = world.subscribe("pull", world.grant())
    for number in range(3):
        world.publish([row("110101", f"第{number}版"), row("110102")])
    answer = client_for(world.reader).get(f"/api/v1/subscriptions/{lane.pk}/changes")
    assert answer.status_code == 200
    seal_audit()
    return world


def test_what_agrees_raises_no_alarm(lived):
    assert failed() == {}


BREAKS = {
    "batch numbers": lambda: Dataset.objects.update(last_number=4),
    "records": lambda: Batch.objects.filter(number=2).update(first_seq=9),
    "positions of subscriptions": lambda: Subscription.objects.update(position=9),
    "queryable tables": lambda: Dataset.objects.update(folded_number=9),
    "grants": lambda: SharingRequest.objects.update(state="refused"),
    "use of grants": lambda: Dataset.objects.update(last_number=1),
    "evidence": lambda: AuditEvent.objects.filter(verb="batch.published").update(address="::1"),
    "batches in the trail": lambda: AuditEvent.objects.filter(verb="batch.published").update(
        verb="batch.seen"
    ),
    "stored bytes": lambda: store().delete(Batch.objects.get(number=2).digest),
}


@pytest.mark.parametrize("subject", BREAKS)
def test_what_does_not_agree_is_named(lived, subject):
    BREAKS[subject]()
    assert subject in failed()


def test_a_row_of_a_body_that_is_nowhere_is_named(lived):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE exchange_batch DROP CONSTRAINT every_row_accounted_for")
    Batch.objects.filter(number=3).update(received=7)
    assert failed() == {"rows of bodies": f"not each taken or set aside: {lived.dataset.pk} 3"}
