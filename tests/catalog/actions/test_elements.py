import pytest

from accounts.models import AuditEvent
from catalog.actions.elements import change_element, define_element
from catalog.errors import ElementTaken
from catalog.models import DataElement
from kernel.errors import Forbidden, Stale
from tests.factories.catalog import code_list


def defined(cast, who="authority", **changes):
    values = {"identifier": "DE00011", "name": "性别", "data_type": "C", "length": 1}
    return define_element(actor=cast.actor(who), **(values | changes))


def test_an_element_says_what_items_mean(cast):
    sexes = code_list("GB/T 2261.1", {"1": "男性", "2": "女性"})
    made = defined(cast, code_list=sexes, synonyms=["XB"])
    assert (made.name, made.code_list, made.synonyms) == ("性别", sexes, ["XB"])
    assert AuditEvent.objects.get().detail == {"identifier": "DE00011"}


def test_an_identifier_is_given_once(cast):
    defined(cast)
    with pytest.raises(ElementTaken):
        defined(cast, name="别的")
    assert DataElement.objects.get().name == "性别"


def test_a_change_names_what_it_changes(cast):
    made = defined(cast)
    change_element(made, actor=cast.actor("authority"), expected=1, values={"length": 2})
    assert (made.length, made.version) == (2, 2)
    assert AuditEvent.objects.last().detail == {"fields": ["length"]}


def test_a_change_of_what_was_changed_meanwhile_is_refused(cast):
    made = defined(cast)
    change_element(made, actor=cast.actor("authority"), expected=1, values={"length": 2})
    with pytest.raises(Stale):
        change_element(made, actor=cast.actor("authority"), expected=1, values={"length": 3})
    assert DataElement.objects.get().length == 2


@pytest.mark.parametrize("who", ["steward", "head", "desk", "auditor", "operator"])
def test_only_the_authority_defines_elements(cast, who):
    made = defined(cast)
    with pytest.raises(Forbidden):
        defined(cast, who, identifier="DE2")
    with pytest.raises(Forbidden):
        change_element(made, actor=cast.actor(who), expected=1, values={"length": 9})
    assert list(DataElement.objects.values_list("identifier", "length")) == [("DE00011", 1)]
