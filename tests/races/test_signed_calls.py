"""The same signed call sent by many at once is taken once."""

import pytest

from accounts.models import Nonce, SignalFact
from tests.factories.accounts import SystemFactory
from tests.factories.signals import fact, ndjson
from tests.signed import Signer, send
from tests.threads import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_thirty_equal_signed_calls_one_is_taken():
    system = SystemFactory()
    body = ndjson([fact(system)])
    headers = Signer(system).headers("POST", "/api/v1/signals", body, media="application/x-ndjson")
    answers = side_by_side([lambda: send("POST", "/api/v1/signals", body, headers)] * 30)
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 29
    refused = [answer.json()["code"] for answer in answers if answer.status_code == 401]
    assert set(refused) == {"nonce-used"}
    assert SignalFact.objects.count() == Nonce.objects.count() == 1
