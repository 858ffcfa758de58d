"""Code lists: added, revised by whole versions, in force from their day."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from catalog.actions.codelists import add_code_list, revise_code_list, turn_code_lists
from catalog.errors import CodeListTaken
from catalog.models import CodeList, CodeListVersion
from kernel.errors import Forbidden, Invalid

SEXES = [("0", "未知的性别"), ("1", "男性"), ("2", "女性"), ("9", "未说明的性别")]


def added(cast, codes=SEXES, **changes):
    values = {
        "identifier": "GB/T 2261.1",
        "name": "人的性别代码",
        "effective_on": date(2003, 12, 1),
        "codes": codes,
    }
    return add_code_list(actor=cast.actor("authority"), **(values | changes))


def revised(cast, code_list, codes, **changes):
    values = {
        "codes": codes,
        "effective_on": date(2020, 1, 1),
        "change_message": "按新版标准修订",
    }
    return revise_code_list(code_list, actor=cast.actor("authority"), **(values | changes))


def test_a_list_begins_with_its_first_version_in_force(cast):
    made = added(cast)
    assert (made.identifier, made.current.number, made.current.change_message) == (
        "GB/T 2261.1",
        1,
        "首次收录",
    )
    assert made.current.pairs == dict(SEXES)
    assert AuditEvent.objects.get().detail == {"identifier": "GB/T 2261.1", "codes": 4}


def test_an_identifier_is_given_once(cast):
    added(cast)
    with pytest.raises(CodeListTaken):
        added(cast)
    assert (CodeList.objects.count(), CodeListVersion.objects.count()) == (1, 1)


@pytest.mark.parametrize("who", ["steward", "head", "desk", "auditor", "operator"])
def test_only_the_authority_keeps_code_lists(cast, who):
    made = added(cast)
    with pytest.raises(Forbidden):
        add_code_list(
            actor=cast.actor(who),
            identifier="X",
            name="甲",
            codes=SEXES,
            effective_on=date(2020, 1, 1),
        )
    with pytest.raises(Forbidden):
        revise_code_list(
            made,
            actor=cast.actor(who),
            codes=SEXES[:1],
            effective_on=date(2020, 1, 1),
            change_message="删",
        )
    assert (CodeList.objects.count(), CodeListVersion.objects.count()) == (1, 1)


def test_a_revision_is_a_new_version_and_says_what_changed(cast):
    made = added(cast)
    version, changes = revised(cast, made, [("1", "男"), ("2", "女性"), ("3", "其他")])
    assert (version.number, version.change_message) == (2, "按新版标准修订")
    assert changes.added == [("3", "其他")]
    assert changes.removed == [("0", "未知的性别"), ("9", "未说明的性别")]
    assert changes.renamed == [("1", "男性", "男")]
    made.refresh_from_db()
    assert made.current == version
    assert CodeListVersion.objects.get(number=1).pairs == dict(SEXES)
    assert AuditEvent.objects.last().detail == {
        "number": 2,
        "added": 1,
        "removed": 2,
        "renamed": 1,
    }


def test_the_same_codes_make_no_version(cast):
    made = added(cast)
    version, changes = revised(cast, made, SEXES)
    assert (version.number, changes.is_empty) == (1, True)
    assert CodeListVersion.objects.count() == 1
    assert AuditEvent.objects.filter(verb="code_list.revised").count() == 0


def test_a_version_of_a_later_day_comes_into_force_on_it(cast, monkeypatch):
    made = added(cast)
    today = timezone.localdate()
    version, _ = revised(cast, made, SEXES[:2], effective_on=today + timedelta(days=3))
    made.refresh_from_db()
    assert (version.number, made.current.number, turn_code_lists()) == (2, 1, 0)
    monkeypatch.setattr(timezone, "localdate", lambda *at: today + timedelta(days=3))
    assert (turn_code_lists(), turn_code_lists()) == (1, 0)
    made.refresh_from_db()
    assert made.current == version


def test_versions_follow_each_other_in_time(cast):
    made = added(cast)
    with pytest.raises(Invalid) as refused:
        revised(cast, made, SEXES[:2], effective_on=date(2003, 11, 30))
    assert refused.value.facts["errors"][0]["pointer"] == "#/effective_on"
    assert CodeListVersion.objects.count() == 1


def test_a_revision_needs_a_reason(cast):
    made = added(cast)
    with pytest.raises(Invalid) as refused:
        revised(cast, made, SEXES[:2], change_message="  ")
    assert refused.value.facts["errors"][0]["pointer"] == "#/change_message"
    assert CodeListVersion.objects.count() == 1


def test_codes_that_cannot_be_are_all_named(cast):
    with pytest.raises(Invalid) as refused:
        added(cast, codes=[("1", "男"), ("1", "女"), ("", "空"), ("3", "")])
    assert [(e["pointer"], e["code"]) for e in refused.value.facts["errors"]] == [
        ("#/codes/1/code", "code-twice"),
        ("#/codes/2/code", "code-invalid"),
        ("#/codes/3/name", "name-invalid"),
    ]
    assert not CodeList.objects.exists()
