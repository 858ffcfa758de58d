"""Saved searches and synonyms."""

import pytest

from accounts.models import AuditEvent
from catalog.actions.searches import (
    MOST_SAVED,
    add_synonym,
    change_search,
    change_synonym,
    drop_search,
    drop_synonym,
    save_search,
)
from catalog.errors import SearchNameTaken
from catalog.models import SavedSearch, SynonymSet
from kernel.errors import Forbidden, Invalid, Stale

OVERDUE = {"q": "医疗机构", "is_overdue": "true"}


def trail():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def test_a_search_is_kept_changed_and_dropped(cast):
    actor = cast.actor("steward")
    kept = save_search(actor=actor, name="超期", parameters=OVERDUE)
    assert (kept.member_id, kept.parameters) == (actor.id, OVERDUE)
    changed = change_search(kept, actor=actor, expected=1, values={"name": "超期目录"})
    assert (changed.name, changed.version) == ("超期目录", 2)
    drop_search(changed, actor=actor, expected=2)
    assert not SavedSearch.objects.exists()
    assert trail() == ["search.saved", "search.changed", "search.dropped"]


def test_two_searches_of_one_person_have_two_names(cast):
    actor = cast.actor("steward")
    save_search(actor=actor, name="超期", parameters=OVERDUE)
    other = save_search(actor=actor, name="其他", parameters={})
    save_search(actor=cast.actor("head"), name="超期", parameters=OVERDUE)
    with pytest.raises(SearchNameTaken):
        save_search(actor=actor, name="超期", parameters={})
    with pytest.raises(SearchNameTaken):
        change_search(other, actor=actor, expected=1, values={"name": "超期"})
    assert SavedSearch.objects.count() == 3


@pytest.mark.parametrize(
    "parameters", [{"share_type": "secret"}, {"is_open": "yes"}, {"department": "x"}]
)
def test_parameters_that_search_would_refuse_are_not_kept(cast, parameters):
    with pytest.raises(Invalid):
        save_search(actor=cast.actor("steward"), name="错", parameters=parameters)
    assert not SavedSearch.objects.exists()


def test_a_person_keeps_so_many_searches_and_no_more(cast):
    actor = cast.actor("steward")
    SavedSearch.objects.bulk_create(
        SavedSearch(member_id=actor.id, name=f"s{n}", parameters={}) for n in range(MOST_SAVED)
    )
    with pytest.raises(Invalid):
        save_search(actor=actor, name="多", parameters={})
    assert SavedSearch.objects.count() == MOST_SAVED


def test_the_authority_adds_changes_and_drops_synonyms(cast):
    actor = cast.actor("authority")
    made = add_synonym(actor=actor, words=["公积金", " 住房公积金", "公积金"])
    assert made.words == ["公积金", "住房公积金"]
    with pytest.raises(Stale):
        change_synonym(made, actor=actor, expected=7, words=["低保", "五保"])
    changed = change_synonym(made, actor=actor, expected=1, words=["公积金", "房积金"])
    drop_synonym(changed, actor=actor, expected=2)
    assert not SynonymSet.objects.exists()
    assert trail() == ["synonym.added", "synonym.changed", "synonym.dropped"]


@pytest.mark.parametrize(
    "words",
    [["低保", "低保"], ["低保", "！"], ["低保", "水"], ["低保", "五\t保"], ["低\u2028保", "五保"]],
)
def test_a_set_needs_two_words_that_search_reads(cast, words):
    with pytest.raises(Invalid):
        add_synonym(actor=cast.actor("authority"), words=words)
    assert not SynonymSet.objects.exists()


def test_a_steward_adds_no_synonyms(cast):
    with pytest.raises(Forbidden):
        add_synonym(actor=cast.actor("steward"), words=["公积金", "住房公积金"])
    assert not SynonymSet.objects.exists()
