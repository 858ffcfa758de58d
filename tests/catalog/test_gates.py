"""What only the tables show to be wrong with a version."""

from catalog.gates import filing_faults
from catalog.models import Entry, Placement
from tests.factories.accounts import SystemFactory
from tests.factories.catalog import CategoryFactory, ElementFactory, code_list


def found(resource):
    entry = Entry.objects.get(resource=resource)
    return [(fault.pointer, fault.code) for fault in filing_faults(entry)]


def test_a_complete_version_has_none(cast):
    assert found(cast.resource()) == []


def test_the_name_of_any_system_of_the_department_is_no_name_of_data(cast):
    SystemFactory(department=cast.civil, name="区划 管理信息系统")
    SystemFactory(department=cast.third, name="学籍管理信息系统")
    assert found(cast.resource(name="区划管理信息系统")) == [("#/name", "system-name")]
    assert found(cast.resource(name="学籍管理信息系统")) == []


def test_related_codes_are_codes_that_somebody_else_has(cast):
    other = cast.resource("published")
    further = Placement.objects.create(
        resource=other, category=CategoryFactory(code="201"), code="201/9"
    )
    resource = cast.resource(related_codes=[other.code, further.code, "307024/77", "x"])
    assert found(resource) == [
        ("#/related_codes/2", "not-found"),
        ("#/related_codes/3", "not-found"),
    ]


def test_a_resource_is_not_related_to_itself(cast):
    resource = cast.resource(related_codes=["307024/1"])
    resource.change(code="307024/1")
    assert found(resource) == [("#/related_codes/0", "own-code")]


def test_codes_of_a_list_are_held_against_the_item_that_names_it(cast, django_assert_num_queries):
    ethnic = code_list("GB/T 3304", {"01": "汉族", "97": "其他"})
    element = ElementFactory(data_type="C", length=2, code_list=ethnic)
    good = {"length": 2, "code_list": ethnic, "element": element}
    wrong = {"length": 1, "code_list": ethnic}
    resource = cast.resource(
        items=[{"column": f"good_{n}", "name": f"民族{n}", **good} for n in range(6)]
        + [{"column": "short", "name": "民族简码", **wrong}]
    )
    entry = Entry.objects.select_related("source_system").get(resource=resource)
    with django_assert_num_queries(2):
        faults = [(fault.pointer, fault.code) for fault in filing_faults(entry)]
    assert faults == [("#/items/6/codes", "codes-invalid")]
