"""A value is sealed anew only where it is still the one that was read."""

import pytest

from accounts.actions.resealing import reseal_values
from accounts.actor import CLOCK
from accounts.models import AuditEvent, SecondFactor
from kernel.errors import Forbidden
from kernel.sealing import fingerprints, seal
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def factor():
    return SecondFactor.objects.create(user=UserFactory(), kind="totp", sealed=seal("seed"))


def test_a_value_gives_place_to_the_new_one_and_the_trail_names_column_and_key(factor):
    new = seal("seed")
    values = [(factor.pk, factor.sealed, new)]
    assert reseal_values(SecondFactor, actor=CLOCK, column="sealed", values=values) == 1
    factor.refresh_from_db()
    assert factor.sealed == new
    told = AuditEvent.objects.get(verb="secret.resealed")
    assert told.detail == {"column": "sealed", "key": fingerprints()[0]}
    assert told.subject_id == str(factor.pk)


def test_what_changed_meanwhile_stays(factor):
    values = [(factor.pk, seal("seed"), seal("other"))]
    assert reseal_values(SecondFactor, actor=CLOCK, column="sealed", values=values) == 0
    before = factor.sealed
    factor.refresh_from_db()
    assert factor.sealed == before
    assert not AuditEvent.objects.exists()


def test_it_is_no_deed_of_a_steward(factor, actor_of):
    values = [(factor.pk, factor.sealed, seal("other"))]
    with pytest.raises(Forbidden):
        reseal_values(SecondFactor, actor=actor_of("steward"), column="sealed", values=values)
    assert not AuditEvent.objects.filter(verb="secret.resealed").exists()
