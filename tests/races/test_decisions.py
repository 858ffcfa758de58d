"""Thirty-two decisions on one request at once: one stands."""

import pytest

from accounts.models import Obligation
from exchange.actions.requests import agree_request, consent_request, refuse_request
from exchange.models import Grant, SharingRequest
from kernel.errors import IllegalMove
from tests.factories.exchange import GRANTED
from tests.people import actor_for, member_with
from tests.threads import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("attempt", range(4))
def test_of_thirty_two_answers_exactly_one_stands(world, trail, attempt):
    request = agree_request(world.submit(), actor=world.actor("asker_head"))
    heads = [actor_for(member_with(("head",), world.provider)) for _ in range(4)]

    def own() -> SharingRequest:
        return SharingRequest.objects.get(pk=request.pk)

    deeds = [
        (lambda head=head: consent_request(own(), actor=head, items=GRANTED))
        if n % 2
        else (lambda head=head: refuse_request(own(), actor=head, reason="无"))
        for n in range(8)
        for head in heads
    ]
    ends = side_by_side(deeds)
    won = [end for end in ends if not isinstance(end, Exception)]
    assert len(won) == 1
    assert [type(end) for end in ends if isinstance(end, Exception)] == [IllegalMove] * 31
    request.refresh_from_db()
    decided = trail().count("request.consented"), trail().count("request.refused")
    if request.state == "consented":
        assert (decided, Grant.objects.count()) == ((1, 0), 1)
        assert Obligation.objects.filter(kind="C5", state="open").count() == 1
    else:
        assert (request.state, decided, Grant.objects.count()) == ("refused", (0, 1), 0)
    assert Obligation.objects.get(kind="C3").state == "met"


def test_of_many_revocations_and_agreements_one_stands_each(world):
    request = world.submit()
    head = world.actor("asker_head")
    ends = side_by_side(
        [
            lambda: agree_request(SharingRequest.objects.get(pk=request.pk), actor=head)
            for _ in range(16)
        ]
    )
    assert sum(not isinstance(end, Exception) for end in ends) == 1
    assert Obligation.objects.filter(kind="C3").count() == 1
