"""What only the tables show to be wrong with a version."""

from catalog.actions.resources import revise_resource
from catalog.gates import filing_faults
from catalog.models import Entry, Placement
from tests.factories.accounts import SystemFactory
from tests.factories.catalog import CategoryFactory, ElementFactory, code_list, published_resource


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


def test_codes_of_a_list_are_held_against_the_item_that_names_it(
    cast, django_assert_max_num_queries
):
    ethnic = code_list("GB/T 3304", {"01": "汉族", "97": "其他"})
    element = ElementFactory(data_type="C", length=2, code_list=ethnic)
    good = {"length": 2, "code_list": ethnic, "element": element}
    wrong = {"length": 1, "code_list": ethnic}
    resource = cast.resource(
        items=[{"column": f"good_{n}", "name": f"民族{n}", **good} for n in range(6)]
        + [{"column": "short", "name": "民族简码", **wrong}]
    )
    entry = Entry.objects.select_related("source_system").get(resource=resource)
    with django_assert_max_num_queries(6):
        faults = [(fault.pointer, fault.code) for fault in filing_faults(entry)]
    assert faults == [("#/items/6/codes", "codes-invalid")]


class TestRepeatedCollection:
    """Art. 19: what sharing could supply is collected again only for a reason."""

    LICENCE = (
        {"column": "uscc", "name": "统一社会信用代码", "length": 18},
        {"column": "scope", "name": "经营范围", "length": 200},
        {"column": "capital", "name": "注册资本", "length": 20},
        {"column": "founded", "name": "成立日期", "data_type": "D"},
        {"column": "status", "name": "登记状态", "length": 20},
    )

    def elsewhere(self, cast, **entry):
        return published_resource(
            cast.third, items=self.LICENCE, **{"name": "营业执照信息", **entry}
        )

    def again(self, cast, items=LICENCE, **entry):
        return cast.resource(name="企业登记采集表", items=items, **entry)

    def test_who_registers_it_again_is_told_who_has_it(self, cast):
        other = self.elsewhere(cast)
        entry = Entry.objects.get(resource=self.again(cast))
        (fault,) = filing_faults(entry)
        assert (fault.pointer, fault.code) == ("#/collection_reason", "collected-elsewhere")
        assert "示例省教育厅" in fault.detail
        assert other.code in fault.detail

    def test_a_reason_lets_it_pass(self, cast):
        self.elsewhere(cast)
        assert found(self.again(cast, collection_reason="现场核验需当场采集")) == []

    def test_what_nobody_shares_may_be_collected(self, cast):
        self.elsewhere(cast, share_type="not_shared")
        assert found(self.again(cast)) == []

    def test_what_was_in_force_before_is_not_begun_anew(self, cast):
        resource = cast.bring(self.again(cast), "published")
        self.elsewhere(cast)
        revise_resource(resource, actor=cast.actor("steward"), change_message="修订")
        entry = resource.entries.get(number=2)
        assert filing_faults(entry) == []

    def test_the_named_source_collects_by_right(self, cast):
        self.elsewhere(cast)
        owned = [item | {"source_department": cast.civil} for item in self.LICENCE]
        assert found(self.again(cast, items=owned)) == []
