import pytest

from catalog.actions.resources import revise_resource, withdraw_resource
from catalog.models import Entry, Resource
from tests.factories.accounts import MemberFactory, SystemFactory
from tests.people import actor_for

OWN = ("steward", "head")
AUTHORITY = ("authority", "desk", "auditor")
OTHERS = ("third steward", "third head", "operator")


def seen_by(cast, names):
    """How many resources each of them sees."""
    return [Resource.objects.visible_to(cast.actor(name)).count() for name in names]


@pytest.mark.parametrize("state", ["draft", "submitted"])
def test_before_the_heads_approval_only_the_department_sees_it(cast, state):
    cast.resource(state)
    assert seen_by(cast, OWN) == [1, 1]
    assert seen_by(cast, AUTHORITY) == [0, 0, 0]
    assert seen_by(cast, OTHERS) == [0, 0, 0]


@pytest.mark.parametrize("state", ["approved", "reviewed"])
def test_from_the_heads_approval_on_the_authority_sees_it_too(cast, state):
    cast.resource(state)
    assert seen_by(cast, OWN) == [1, 1]
    assert seen_by(cast, AUTHORITY) == [1, 1, 1]
    assert seen_by(cast, OTHERS) == [0, 0, 0]


def test_what_is_in_force_everybody_sees_machines_too(cast):
    cast.resource("published")
    assert seen_by(cast, OWN + AUTHORITY + OTHERS) == [1] * 8
    machine = actor_for(SystemFactory(department=cast.third))
    assert Resource.objects.visible_to(machine).count() == 1


def test_what_was_withdrawn_stays_known(cast):
    withdraw_resource(cast.resource("published"), actor=cast.actor("head"), reason="职责划转")
    assert seen_by(cast, OTHERS) == [1, 1, 1]


def test_a_revision_is_hidden_behind_the_version_in_force(cast):
    resource = cast.resource("published")
    revise_resource(resource, actor=cast.actor("steward"), change_message="增加字段")
    numbers = {
        name: list(Entry.objects.visible_to(cast.actor(name)).values_list("number", flat=True))
        for name in ("steward", "third steward", "authority")
    }
    assert numbers == {"steward": [1, 2], "third steward": [1], "authority": [1]}


def test_the_authoritys_own_department_sees_its_own_drafts(cast):
    steward = MemberFactory(department=cast.bureau, roles=["steward"])
    cast.resource()
    own = cast.resource(resource__department=cast.bureau)
    assert list(Resource.objects.visible_to(actor_for(steward))) == [own]
    assert list(Resource.objects.visible_to(cast.actor("authority"))) == [own]


def test_a_resource_of_many_versions_is_seen_once(cast):
    resource = cast.resource("published")
    for _ in range(2):
        revise_resource(resource, actor=cast.actor("steward"), change_message="修订")
        cast.bring(resource, "published")
    assert seen_by(cast, OWN + AUTHORITY + OTHERS) == [1] * 8
