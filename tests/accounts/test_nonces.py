"""A nonce is taken once, also where calls that wait together bring it twice."""

from uuid import UUID

import pytest

from accounts import nonces
from accounts.models import Nonce

pytestmark = pytest.mark.django_db
FIRST, SECOND = UUID(int=1), UUID(int=2)


def test_a_nonce_is_free_for_the_first_and_for_nobody_after():
    assert nonces.take_nonce("key", "n-1", seconds=60)
    assert not nonces.take_nonce("key", "n-1", seconds=60)
    assert nonces.take_nonce("other", "n-1", seconds=60)
    assert Nonce.objects.count() == 2


def test_calls_that_wait_together_are_told_each_by_one_statement(django_assert_num_queries):
    party = [(FIRST, 60), (SECOND, 60), (FIRST, 60)]
    with django_assert_num_queries(1):
        assert nonces._take_all(party) == [True, True, False]
    assert nonces._take_all(party) == [False, False, False]
    assert Nonce.objects.count() == 2
