import pytest

from accounts.models import AuditEvent
from catalog.actions.resources import (
    change_resource,
    draft_resource,
    revise_resource,
    submit_resource,
    withdraw_resource,
)
from catalog.actions.reviews import publish_resource, return_resource
from catalog.api.examples import ITEMS, METADATA
from catalog.errors import (
    CategoryFixed,
    CategoryInvalid,
    EntryIncomplete,
    NameTaken,
    NotEditable,
    NothingInWork,
    NotInForce,
    RevisionOpen,
)
from catalog.models import Entry, Item, Resource, SearchDocument
from catalog.versions import item_values
from kernel.errors import Forbidden, IllegalMove, Invalid, Stale
from tests.factories.accounts import SystemFactory
from tests.factories.catalog import CategoryFactory


def draft(cast, who="steward", items=ITEMS, category=None, **metadata):
    return draft_resource(
        actor=cast.actor(who),
        category=category or CategoryFactory(code="307024"),
        metadata=METADATA | metadata,
        items=items,
    )


def verbs():
    return list(AuditEvent.objects.order_by("id").values_list("verb", flat=True))


def test_a_draft_is_version_1_of_a_resource_without_a_code(cast):
    entry = draft(cast)
    resource = Resource.objects.get()
    assert (resource.department, resource.code, resource.published) == (cast.civil, None, None)
    assert (entry.resource, entry.number, entry.state) == (resource, 1, "draft")
    assert list(entry.items.values_list("position", "column")) == [
        (1, "code"),
        (2, "name"),
        (3, "level"),
        (4, "parent_code"),
        (5, "revised_on"),
    ]
    assert verbs() == ["resource.drafted"]


def test_a_draft_may_have_gaps(cast):
    entry = draft_resource(
        actor=cast.actor("steward"),
        category=CategoryFactory(code="307"),
        metadata={"name": "残疾人证"},
    )
    assert (entry.abstract, entry.share_modes, entry.items.count()) == ("", [], 0)


@pytest.mark.parametrize("who", ["head", "authority", "desk", "auditor", "operator"])
def test_only_a_steward_drafts(cast, who):
    with pytest.raises(Forbidden):
        draft(cast, who)
    assert not Resource.objects.exists()


def test_a_resource_hangs_under_the_second_level_or_below(cast):
    with pytest.raises(CategoryInvalid) as refused:
        draft(cast, category=CategoryFactory(code="3"))
    assert refused.value.facts["errors"][0]["pointer"] == "#/category"
    assert not Resource.objects.exists()


def test_two_items_cannot_share_a_column(cast):
    with pytest.raises(Invalid) as refused:
        draft(cast, items=[ITEMS[0], ITEMS[1], ITEMS[0] | {"name": "代码"}])
    assert [(e["pointer"], e["code"]) for e in refused.value.facts["errors"]] == [
        ("#/items/2/column", "column-twice")
    ]
    assert not Resource.objects.exists()


def test_the_source_is_a_system_of_the_department_itself(cast):
    own = SystemFactory(department=cast.civil)
    assert draft(cast, source_system=own).source_system == own
    with pytest.raises(Invalid) as refused:
        draft(cast, source_system=SystemFactory(department=cast.third))
    assert refused.value.facts["errors"][0]["code"] == "not-own-system"
    assert Resource.objects.count() == 1


def test_a_change_replaces_what_it_names_and_leaves_the_rest(cast):
    entry = draft(cast)
    change_resource(
        entry.resource,
        actor=cast.actor("steward"),
        expected=1,
        values={"abstract": "新摘要", "name": "行政区划代码（县级以上）"},
        items=ITEMS[:2],
    )
    entry.refresh_from_db()
    assert (entry.abstract, entry.name_key) == ("新摘要", "行政区划代码县级以上")
    assert entry.update_cycle == "yearly"
    assert list(entry.items.values_list("column", flat=True)) == ["code", "name"]
    assert Resource.objects.get().version == 2
    assert AuditEvent.objects.last().detail == {
        "number": 1,
        "fields": ["abstract", "items", "name"],
    }


def test_a_change_of_what_somebody_else_changed_meanwhile_is_refused(cast):
    resource = draft(cast).resource
    change_resource(resource, actor=cast.actor("steward"), expected=1, values={"abstract": "甲"})
    with pytest.raises(Stale) as refused:
        change_resource(
            resource, actor=cast.actor("steward"), expected=1, values={"abstract": "乙"}, items=[]
        )
    last = AuditEvent.objects.last()
    assert refused.value.facts == {
        "expected": 1,
        "found": 2,
        "number": 1,
        "changed_by": cast.actor("steward").name,
        "changed_at": last.at.isoformat(),
    }
    entry = Entry.objects.get()
    assert (entry.abstract, entry.items.count()) == ("甲", 5)


@pytest.mark.parametrize("state", ["submitted", "approved", "reviewed"])
def test_what_was_handed_on_cannot_be_edited(cast, state):
    resource = cast.resource(state)
    with pytest.raises(NotEditable):
        change_resource(
            resource,
            actor=cast.actor("steward"),
            expected=resource.version,
            values={"abstract": "另一个"},
        )
    assert Entry.objects.get().abstract == METADATA["abstract"]
    assert Resource.objects.get().version == resource.version


def test_another_department_changes_and_submits_nothing(cast):
    resource = cast.resource()
    with pytest.raises(Forbidden):
        change_resource(
            resource, actor=cast.actor("third steward"), expected=1, values={"abstract": "另一个"}
        )
    with pytest.raises(Forbidden):
        submit_resource(resource, actor=cast.actor("third steward"))
    assert list(Entry.objects.values_list("state", "abstract")) == [("draft", METADATA["abstract"])]
    assert verbs() == []


def test_the_class_can_change_until_the_resource_has_its_code(cast):
    steward, other = cast.actor("steward"), CategoryFactory(code="201")
    resource = cast.resource()
    change_resource(resource, actor=steward, expected=1, values={}, category=other)
    cast.bring(resource, "published")
    assert resource.code == "201/1"
    revise_resource(resource, actor=steward, change_message="换类")
    resource.refresh_from_db()
    with pytest.raises(CategoryFixed):
        change_resource(
            resource,
            actor=steward,
            expected=resource.version,
            values={},
            category=CategoryFactory(code="307024"),
        )
    assert Resource.objects.get().category == other


def test_the_steward_submits_a_complete_draft(cast):
    steward = cast.actor("steward")
    entry = submit_resource(cast.resource(), actor=steward)
    assert (entry.state, entry.submitted_by) == ("submitted", steward.id)
    assert verbs() == ["resource.submitted"]


def test_an_incomplete_draft_stays_and_every_gap_is_named(cast):
    resource = cast.resource(abstract="", share_type="conditional", items=[])
    with pytest.raises(EntryIncomplete) as refused:
        submit_resource(resource, actor=cast.actor("steward"))
    assert [(e["pointer"], e["code"]) for e in refused.value.facts["errors"]] == [
        ("#/abstract", "required"),
        ("#/share_condition", "required"),
        ("#/share_scope", "required"),
        ("#/use_purpose", "required"),
        ("#/items", "required"),
    ]
    entry = Entry.objects.get()
    assert (entry.state, entry.submitted_by) == ("draft", None)
    assert verbs() == []


def test_a_name_is_held_once_it_is_submitted(cast):
    first, second = cast.resource(name="低保对象"), cast.resource(name="低保、对象")
    submit_resource(second, actor=cast.actor("steward"))
    with pytest.raises(NameTaken):
        submit_resource(first, actor=cast.actor("steward"))
    with pytest.raises(NameTaken):
        draft(cast, name="“低保 对象”")
    assert list(Entry.objects.order_by("created_at").values_list("state", flat=True)) == [
        "draft",
        "submitted",
    ]


def test_another_department_may_have_a_resource_of_the_same_name(cast):
    submit_resource(cast.resource(name="低保对象"), actor=cast.actor("steward"))
    other = draft(cast, "third steward", name="低保对象")
    assert submit_resource(other.resource, actor=cast.actor("third steward")).state == "submitted"


def test_a_returned_version_is_mended_and_submitted_again(cast):
    resource, steward = cast.resource("approved"), cast.actor("steward")
    return_resource(resource, actor=cast.actor("authority"), reason="摘要不清")
    resource.refresh_from_db()
    change_resource(
        resource, actor=steward, expected=resource.version, values={"abstract": "说清了"}
    )
    entry = submit_resource(resource, actor=steward)
    assert (entry.state, entry.return_reason) == ("submitted", "")
    assert (entry.approved_by, entry.approved_at) == (None, None)


def test_a_draft_cannot_be_submitted_twice(cast):
    resource = cast.resource("submitted")
    with pytest.raises(IllegalMove):
        submit_resource(resource, actor=cast.actor("steward"))
    assert verbs() == ["resource.submitted"]


def test_a_revision_begins_as_a_copy_and_leaves_the_version_in_force_alone(cast):
    resource = cast.resource("published", name="行政区划代码")
    entry = revise_resource(resource, actor=cast.actor("steward"), change_message="增加字段")
    resource.refresh_from_db()
    first = resource.published
    assert (first.number, first.state) == (1, "published")
    assert (entry.number, entry.state, entry.change_message) == (2, "draft", "增加字段")
    assert (entry.name, entry.name_key, entry.share_modes) == (
        "行政区划代码",
        "行政区划代码",
        ["interface", "database"],
    )
    assert (entry.submitted_by, entry.published_at) == (None, None)
    assert [item_values(item) for item in entry.items.all()] == [
        item_values(item) for item in first.items.all()
    ]
    assert Item.objects.count() == 10


def test_a_revision_may_keep_its_own_name(cast):
    resource = cast.resource("published")
    revise_resource(resource, actor=cast.actor("steward"), change_message="增加字段")
    assert cast.bring(resource, "published").published.number == 2


def test_one_revision_at_a_time(cast):
    resource = cast.resource("published")
    revise_resource(resource, actor=cast.actor("steward"), change_message="增加字段")
    with pytest.raises(RevisionOpen):
        revise_resource(resource, actor=cast.actor("steward"), change_message="又一个")
    assert list(Entry.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_the_first_version_is_no_revision(cast):
    with pytest.raises(RevisionOpen):
        revise_resource(cast.resource(), actor=cast.actor("steward"), change_message="增加字段")
    assert Entry.objects.count() == 1


def test_without_a_version_in_work_there_is_nothing_to_submit(cast):
    resource = cast.resource("published")
    with pytest.raises(NothingInWork):
        submit_resource(resource, actor=cast.actor("steward"))
    with pytest.raises(NothingInWork):
        publish_resource(resource, actor=cast.actor("authority"))
    assert Entry.objects.get().state == "published"


def test_the_head_withdraws_what_is_in_force_and_the_code_stays(cast):
    resource = cast.resource("published")
    entry = withdraw_resource(resource, actor=cast.actor("head"), reason="职责划转")
    resource.refresh_from_db()
    assert (entry.state, entry.withdrawal_reason) == ("withdrawn", "职责划转")
    assert entry.withdrawn_at is not None
    assert (resource.published, resource.code) == (None, "307024/1")
    assert verbs()[-1] == "resource.withdrawn"


@pytest.mark.parametrize("who", ["steward", "third head", "authority"])
def test_nobody_but_the_own_head_withdraws(cast, who):
    resource = cast.resource("published")
    with pytest.raises(Forbidden):
        withdraw_resource(resource, actor=cast.actor(who), reason="职责划转")
    resource.refresh_from_db()
    assert resource.published.state == "published"


def test_what_is_not_in_force_cannot_be_withdrawn(cast):
    with pytest.raises(NotInForce):
        withdraw_resource(cast.resource("reviewed"), actor=cast.actor("head"), reason="职责划转")
    assert Entry.objects.get().state == "reviewed"


def test_a_withdrawn_resource_comes_back_under_its_old_code(cast):
    resource = cast.resource("published")
    withdraw_resource(resource, actor=cast.actor("head"), reason="职责划转")
    revise_resource(resource, actor=cast.actor("steward"), change_message="职责划回")
    cast.bring(resource, "published")
    assert (resource.code, resource.published.number) == ("307024/1", 2)


def test_a_revision_without_a_reason_is_none(cast):
    resource = cast.resource("published")
    with pytest.raises(Invalid) as refused:
        revise_resource(resource, actor=cast.actor("steward"), change_message=" ")
    assert refused.value.facts["errors"][0]["pointer"] == "#/change_message"
    assert Entry.objects.count() == 1


def test_a_resource_comes_into_search_with_its_publication_and_leaves_it_withdrawn(cast):
    resource = cast.resource("reviewed")
    assert not SearchDocument.objects.exists()
    cast.bring(cast.resource("draft", name="别的"), "submitted")
    publish_resource(resource, actor=cast.actor("authority"))
    assert SearchDocument.objects.get().resource == resource
    withdraw_resource(resource, actor=cast.actor("head"), reason="职责划转")
    assert not SearchDocument.objects.exists()
