"""Thirty-two decisions on one request at once: one stands."""

import pytest

from accounts.models import Notice, Obligation
from exchange.actions.answers import (
    consent_request,
    prepare_answer,
    refuse_request,
    return_answer,
)
from exchange.actions.grants import revoke_grant
from exchange.actions.requests import agree_request, withdraw_request
from exchange.models import Grant, GrantEdition, SharingRequest
from kernel.errors import Conflict, IllegalMove
from tests.people import actor_for, member_with
from tests.threads import side_by_side

pytestmark = pytest.mark.django_db(transaction=True)
DECIDED = {"consented", "refused", "withdrawn", "received"}


@pytest.fixture
def heads(world):
    return [actor_for(member_with(("head",), world.provider)) for _ in range(4)]


def agreed(world) -> SharingRequest:
    return agree_request(world.submit(), actor=world.actor("asker_head"))


def losers(ends) -> list[type]:
    return [type(end) for end in ends if isinstance(end, Exception)]


@pytest.mark.parametrize("attempt", range(2))
@pytest.mark.parametrize("consents", [True, False])
def test_of_thirty_two_signatures_exactly_one_stands(world, heads, trail, consents, attempt):
    request = agreed(world)
    if consents:
        world.prepare(request)
    else:
        world.refusal(request)

    def own() -> SharingRequest:
        return SharingRequest.objects.get(pk=request.pk)

    sign = consent_request if consents else refuse_request
    ends = side_by_side(
        [lambda head=head: sign(own(), actor=head) for _ in range(8) for head in heads]
    )
    assert losers(ends) == [IllegalMove] * 31
    request.refresh_from_db()
    told = trail().count("request.consented"), trail().count("request.refused")
    if consents:
        assert (request.state, told, Grant.objects.count()) == ("consented", (1, 0), 1)
        assert GrantEdition.objects.count() == 1
        assert Obligation.objects.filter(kind="C5", state="open").count() == 1
    else:
        assert (request.state, told, Grant.objects.count()) == ("refused", (0, 1), 0)
    assert Obligation.objects.get(kind="C3").state == "met"
    assert Notice.objects.filter(verb=f"request.{request.state}").count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_of_thirty_two_deeds_of_all_kinds_one_takes_the_prepared_answer(
    world, heads, trail, attempt
):
    """Signatures, returns and withdrawals at once: the answer goes one way, and the clock too."""
    request = agreed(world)
    asker = world.actor("asker")
    read = [SharingRequest.objects.get(pk=request.pk) for _ in range(32)]
    deeds = [
        (
            lambda row=row, head=heads[n % 4]: consent_request(row, actor=head),
            lambda row=row, head=heads[n % 4]: return_answer(row, actor=head, reason="再议"),
            lambda row=row, head=heads[n % 4]: refuse_request(row, actor=head),
            lambda row=row: withdraw_request(row, actor=asker),
        )[n % 4]
        for n, row in enumerate(read)
    ]
    ends = side_by_side(deeds)
    assert set(losers(ends)) <= {IllegalMove, Conflict}
    request.refresh_from_db()
    assert request.state in DECIDED - {"refused"}
    verbs = trail()
    consents, withdrawals = verbs.count("request.consented"), verbs.count("request.withdrawn")
    assert consents + withdrawals <= 1
    assert (Grant.objects.count(), GrantEdition.objects.count()) == (consents, consents)
    assert (request.state == "consented") == bool(consents)
    assert (request.state == "withdrawn") == bool(withdrawals)
    # A return leaves it to the provider; whoever came after it found nothing to sign.
    state = {"consented": "met", "withdrawn": "cancelled", "received": "open"}[request.state]
    assert Obligation.objects.get(kind="C3").state == state


def test_of_two_answers_prepared_at_once_the_head_signs_one(world, heads):
    request = agreed(world)
    return_answer(request, actor=heads[0], reason="再议")
    stewards = [actor_for(member_with(("steward",), world.provider)) for _ in range(16)]
    ends = side_by_side(
        [
            lambda steward=steward, number=number: prepare_answer(
                SharingRequest.objects.get(pk=request.pk),
                actor=steward,
                consent=True,
                calls_per_day=number,
            )
            for number, steward in enumerate(stewards, start=1)
        ]
    )
    assert losers(ends) == [IllegalMove] * 15
    (won,) = [end for end in ends if not isinstance(end, Exception)]
    fresh = SharingRequest.objects.get(pk=request.pk)
    assert (
        consent_request(fresh, actor=heads[1]).calls_per_day == won.answer["terms"]["calls_per_day"]
    )


def test_a_grant_that_ends_while_its_amendment_is_signed_is_not_revived(world, heads):
    """Whichever comes first: the end takes the amendment back, or ends what it made."""
    for _ in range(4):
        grant = world.grant()
        request = agree_request(world.submit(amends=grant), actor=world.actor("asker_head"))
        side_by_side(
            [
                lambda request=request: consent_request(
                    SharingRequest.objects.get(pk=request.pk), actor=heads[0]
                ),
                lambda grant=grant: revoke_grant(
                    Grant.objects.get(pk=grant.pk), actor=heads[1], reason="停"
                ),
            ]
        )
        grant.refresh_from_db()
        request.refresh_from_db()
        assert grant.state == "revoked"
        assert (request.state, grant.edition) in (("consented", 2), ("withdrawn", 1))
        assert grant.editions.count() == grant.edition
        assert not Obligation.objects.filter(
            state="open", subject_id__in=(grant.pk, request.pk)
        ).exists()


def test_of_many_agreements_one_stands(world):
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
