"""Saved lists: one's own, under names of one's own, and never a way to elsewhere."""

import pytest

from accounts.actions.savedlists import MOST, remove_list, save_list
from accounts.errors import ListTitleTaken
from accounts.models import AuditEvent, SavedList
from kernel.errors import Forbidden, Invalid, Stale

pytestmark = pytest.mark.django_db
TRIAL = {"address": "/systems", "title": "试运行", "state": "state=trial&sort=-name"}


def test_a_list_is_saved_for_its_person_alone(actor_of):
    actor, other = actor_of("steward"), actor_of("steward")
    saved = save_list(actor=actor, **TRIAL)
    assert list(SavedList.objects.visible_to(actor)) == [saved]
    assert not SavedList.objects.visible_to(other).exists()
    assert AuditEvent.objects.get().detail == {"address": "/systems", "title": "试运行"}


def test_a_title_is_used_once_a_page(actor_of):
    actor = actor_of("steward")
    save_list(actor=actor, **TRIAL)
    with pytest.raises(ListTitleTaken):
        save_list(actor=actor, **TRIAL)
    save_list(actor=actor, **{**TRIAL, "address": "/cases"})
    save_list(actor=actor_of("steward"), **TRIAL)
    assert SavedList.objects.count() == 3


@pytest.mark.parametrize(
    ("address", "state"),
    [
        ("https://evil.example/", ""),
        ("//evil.example", ""),
        ("/systems?x=1", ""),
        ("/\\evil.example", ""),
        ("/systems", "state"),
    ],
)
def test_what_is_no_page_of_ours_is_refused(actor_of, address, state):
    with pytest.raises(Invalid):
        save_list(actor=actor_of("steward"), address=address, title="x", state=state)
    assert not SavedList.objects.exists()


def test_only_who_saved_it_removes_it_and_only_as_they_saw_it(actor_of):
    actor = actor_of("steward")
    saved = save_list(actor=actor, **TRIAL)
    with pytest.raises(Forbidden):
        remove_list(saved, actor=actor_of("steward"))
    with pytest.raises(Stale):
        remove_list(saved, actor=actor, expected=7)
    remove_list(saved, actor=actor, expected=saved.version)
    assert not SavedList.objects.exists()


def test_nobody_saves_lists_without_end(actor_of):
    actor = actor_of("steward")
    rows = (SavedList(user_id=actor.id, address="/systems", title=str(n)) for n in range(MOST))
    SavedList.objects.bulk_create(rows)
    with pytest.raises(Invalid) as refused:
        save_list(actor=actor, **TRIAL)
    assert refused.value.facts["errors"][0]["code"] == "too-many"
    assert SavedList.objects.count() == MOST
