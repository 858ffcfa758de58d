"""Imports as deeds: side by side, in few statements, with their traces."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent
from catalog.actions.imports import check_import, discard_import, take_import, upload_import
from catalog.models import (
    CatalogImport,
    Category,
    Entry,
    Item,
    Resource,
    SearchDocument,
    SourceMapping,
)
from kernel.errors import Forbidden
from tests.factories.accounts import DepartmentFactory, MemberFactory
from tests.factories.catalog import CategoryFactory, published_resource
from tests.people import actor_for


def body(*entries):
    return json.dumps(entries, ensure_ascii=False).encode()


def some(count, label="登记信息", **values):
    return body(
        *(
            {
                "name": f"{label}{number}",
                "update_cycle": "每年",
                "items": [{"name": "姓名", "data_type": "C", "length": 50}],
                **values,
            }
            for number in range(count)
        )
    )


def checked(content, actor, **asked):
    row = upload_import(content, **{"actor": actor, "source": "省平台", **asked})
    return check_import(row, actor=actor)


def take(content, actor, **asked):
    return take_import(checked(content, actor, **asked), actor=actor)


@pytest.fixture
def category(db):
    return CategoryFactory(code="307024")


@pytest.fixture
def in_force(cast, category):
    return {"standing": "in_force", "category": category, "department": cast.civil}


def test_what_is_taken_in_force_has_codes_search_documents_and_traces(cast, in_force):
    row = take(some(30), cast.actor("authority"), **in_force)
    assert (row.received, row.new, row.state) == (30, 30, "taken")
    numbers = [resource.code.partition("/")[2] for resource in Resource.objects.order_by("pk")]
    assert numbers == [str(number) for number in range(1, 31)]
    assert Category.objects.get().next_number == 31
    assert SearchDocument.objects.count() == 30
    first = Entry.objects.get(name="登记信息0")
    assert (first.state, first.resource.published) == ("published", first)
    trace = AuditEvent.objects.get(subject_id=str(first.resource_id))
    assert trace.verb == "resource.published"
    assert trace.detail == {
        "number": 1,
        "code": "307024/1",
        "catalog_import": str(row.pk),
        "source": "省平台",
    }
    (taken,) = AuditEvent.objects.filter(verb="catalog_import.taken")
    assert (taken.detail["received"], taken.detail["new"]) == (30, 30)


def test_the_number_of_statements_does_not_grow_with_the_file(cast, in_force):
    authority = cast.actor("authority")
    counts = []
    for size in (20, 60):
        label = f"第{size}类"
        for content in (some(size, label), some(size, label, theme="另一主题")):
            row = checked(content, authority, **in_force | {"source": f"平台{size}"})
            with CaptureQueriesContext(
                connection,
            ) as seen:
                take_import(row, actor=authority)
            counts.append(len(seen))
    assert (counts[2], counts[3]) == (counts[0], counts[1])


def test_a_check_writes_no_entry_and_may_be_made_again(cast, category):
    steward = cast.actor("steward")
    row = upload_import(some(3), actor=steward, source="甲", category=category)
    assert (row.state, row.department, row.format) == ("uploaded", cast.civil, "json")
    check_import(row, actor=steward, mapping={"columns": {"update_cycle": ""}})
    assert (row.state, row.new, Resource.objects.count()) == ("checked", 3, 0)
    assert not SourceMapping.objects.exists()
    check_import(row, actor=steward)
    assert row.mapping == {"columns": {"update_cycle": ""}}
    take_import(row, actor=steward)
    assert SourceMapping.objects.get().mapping == row.mapping
    assert set(Entry.objects.values_list("state", "update_cycle")) == {("draft", "")}


def test_nobody_takes_in_for_others_what_a_steward_may_not(cast, category):
    row = checked(some(1), cast.actor("steward"), category=category)
    for name in ("third steward", "head", "auditor", "operator"):
        with pytest.raises(Forbidden):
            take_import(row, actor=cast.actor(name))
        with pytest.raises(Forbidden):
            discard_import(row, actor=cast.actor(name))
    row.refresh_from_db()
    assert (row.state, Resource.objects.count()) == ("checked", 0)


def test_a_returned_draft_is_changed_where_it_stands_and_a_submitted_one_is_not(cast, category):
    steward = cast.actor("steward")
    take(some(2), steward, category=category)
    submitted = Entry.objects.get(name="登记信息1")
    Entry.objects.filter(pk=submitted.pk).update(state="submitted")
    row = take(some(2, theme="民政"), steward, category=category)
    assert (row.changed, row.wrong) == (1, 1)
    assert row.findings.get(kind="wrong").code == "not-editable"
    assert Entry.objects.get(name="登记信息0").theme == "民政"
    submitted.refresh_from_db()
    assert submitted.theme == ""
    assert Item.objects.count() == 2


def test_what_was_withdrawn_stays_withdrawn(cast, in_force):
    authority = cast.actor("authority")
    take(some(1), authority, **in_force)
    entry = Entry.objects.get()
    entry.change(state="withdrawn")
    entry.resource.change(published=None)
    assert take(some(1), authority, **in_force).unchanged == 1
    row = take(some(1, theme="民政"), authority, **in_force)
    assert (row.wrong, row.findings.get(kind="wrong").code) == (1, "withdrawn")
    assert Entry.objects.count() == 1


def test_the_exchange_knows_better_when_attached_data_changed(cast, in_force):
    authority = cast.actor("authority")
    take(some(1, 更新时间="2024-1-5"), authority, **in_force)
    resource = Resource.objects.get()
    assert str(resource.data_updated_at) == "2024-01-04 16:00:00+00:00"
    row = take(some(1, 更新时间="2024-2-5"), authority, **in_force)
    assert (row.changed, Entry.objects.count()) == (1, 1)
    resource.refresh_from_db()
    assert str(resource.data_updated_at) == "2024-02-04 16:00:00+00:00"
    resource.change(is_attached=True)
    row = take(some(1, 更新时间="2024-3-5"), authority, **in_force)
    assert (row.unchanged, Resource.objects.get().version) == (1, resource.version)


def test_a_resource_drafted_by_hand_is_known_by_department_and_name(cast, category):
    steward = cast.actor("steward")
    mine = published_resource(cast.civil, name="登记信息0", theme="我的主题")
    row = take(some(1, theme="民政"), steward, category=category)
    assert (row.new, row.changed) == (0, 1)
    newer = Entry.objects.get(number=2)
    assert (newer.resource, newer.state, newer.theme) == (mine, "draft", "民政")
    assert mine.entries.get(number=1).theme == "我的主题"


@pytest.mark.django_db(transaction=True)
def test_the_same_file_taken_in_four_times_at_once_makes_one_catalogue():
    civil, bureau = DepartmentFactory(), DepartmentFactory()
    actor = actor_for(MemberFactory(department=bureau, roles=["authority"]))
    asked = {"standing": "in_force", "category": CategoryFactory(code="307024")}
    rows = [checked(some(40), actor, department=civil, **asked) for _ in range(4)]
    gate = Barrier(4)

    def run(row):
        gate.wait(timeout=20)
        try:
            return take_import(row, actor=actor)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(run, rows))
    assert sorted((row.new, row.unchanged) for row in taken) == [(0, 40)] * 3 + [(40, 0)]
    codes = {resource.code for resource in Resource.objects.all()}
    assert codes == {f"307024/{number}" for number in range(1, 41)}
    assert CatalogImport.objects.filter(state="taken").count() == 4
