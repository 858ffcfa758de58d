"""One item, one source (一数一源): named by the authority, carried from version to version."""

import pytest

from accounts.models import AuditEvent
from catalog.actions.resources import change_resource, revise_resource
from catalog.actions.sources import name_element_source, name_source
from catalog.api.examples import ITEMS
from catalog.models import Item
from kernel.errors import Forbidden, Invalid
from tests.factories.accounts import DepartmentFactory
from tests.factories.catalog import ElementFactory


def named(cast, resource, department, column="code", who="authority"):
    return name_source(
        resource, actor=cast.actor(who), column=column, department=department, reason="职责法定"
    )


def sources(resource):
    items = Item.objects.filter(entry__resource=resource).order_by("entry__number", "position")
    return [
        (item.entry.number, item.column, item.source_department)
        for item in items.select_related("entry", "source_department")
        if item.source_department
    ]


def test_the_authority_names_the_source_in_force_and_in_work(cast):
    resource = cast.resource("published")
    revise_resource(resource, actor=cast.actor("steward"), change_message="修订")
    before = resource.version
    assert named(cast, resource, cast.third) == 2
    assert sources(resource) == [(1, "code", cast.third), (2, "code", cast.third)]
    resource.refresh_from_db()
    assert resource.version > before
    assert AuditEvent.objects.last().detail == {
        "column": "code",
        "reason": "职责法定",
        "source_department": str(cast.third.pk),
    }


def test_the_naming_outlasts_the_providers_edits_and_versions(cast):
    resource = cast.resource("published")
    named(cast, resource, cast.third)
    revise_resource(resource, actor=cast.actor("steward"), change_message="修订")
    resource.refresh_from_db()
    change_resource(
        resource,
        actor=cast.actor("steward"),
        expected=resource.version,
        values={},
        items=[ITEMS[1], ITEMS[0] | {"length": 12}],
    )
    cast.bring(resource, "published")
    assert sources(resource) == [(1, "code", cast.third), (2, "code", cast.third)]


def test_versions_that_are_over_keep_what_was_said_of_them(cast):
    resource = cast.resource("published")
    revise_resource(resource, actor=cast.actor("steward"), change_message="修订")
    cast.bring(resource, "published")
    named(cast, resource, cast.third)
    assert sources(resource) == [(2, "code", cast.third)]


def test_a_naming_can_be_taken_back(cast):
    resource = cast.resource("published")
    named(cast, resource, cast.third)
    named(cast, resource, None)
    assert sources(resource) == []


@pytest.mark.parametrize("who", ["steward", "head", "desk", "auditor"])
def test_only_the_authority_names_sources(cast, who):
    resource = cast.resource("published")
    with pytest.raises(Forbidden):
        named(cast, resource, cast.civil, who=who)
    assert sources(resource) == []


def test_an_item_that_is_not_there_has_no_source(cast):
    with pytest.raises(Invalid):
        named(cast, cast.resource("published"), cast.third, column="colour")


def test_a_closed_department_is_no_source(cast):
    closed = DepartmentFactory(is_active=False)
    resource = cast.resource("published")
    with pytest.raises(Invalid):
        named(cast, resource, closed)
    assert sources(resource) == []


def test_one_source_is_named_for_a_meaning_wherever_it_is_collected(cast):
    element = ElementFactory(name="公民身份号码")
    other = ElementFactory(name="姓名")
    items = [
        {"column": "sfzh", "element": element, "length": 18},
        {"column": "xm", "element": other, "length": 50},
    ]
    first = cast.resource("published", items=items, name="甲")
    second = cast.resource(items=items, name="乙", resource__department=cast.third)
    count = name_element_source(
        element, actor=cast.actor("authority"), department=cast.civil, reason="人口库"
    )
    assert count == 2
    assert sources(first) == [(1, "sfzh", cast.civil)]
    assert sources(second) == [(1, "sfzh", cast.civil)]
    assert AuditEvent.objects.filter(verb="source.named").count() == 2
