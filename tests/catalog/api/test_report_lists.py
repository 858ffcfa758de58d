"""The three lists (三清单): who sees which rows, and that the files say the same."""

import io

import pytest
from openpyxl import load_workbook

from catalog.api.examples import ITEMS
from catalog.api.views.lists import DEMAND_STATES
from catalog.search.indexing import refresh
from catalog.states import DEMAND
from tests.factories.catalog import published_resource
from tests.factories.demands import DemandFactory, demand_in

NEEDS, DUTIES, NEGATIVES = (f"/api/v1/{name}-list" for name in ("need", "duty", "negative"))
WITHHELD = [{**ITEMS[0]}, {**ITEMS[1], "share_type": "not_shared"}]
BASIS = {"refusal_reason": "涉及举报人", "legal_basis": "《监察法》第三十九条"}


def in_force(department, items=ITEMS, **entry):
    resource = published_resource(department, items, **entry)
    refresh([resource.pk])
    return resource


def sheet(client, address):
    answer = client.get(address, {"as": "xlsx"})
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [list(row) for row in book.active.iter_rows(values_only=True)]


def test_needs_are_those_that_the_reader_may_see(cast, client):
    resource = in_force(cast.civil, name="外出务工登记")
    asked = demand_in(
        "offered", title="务工信息", department=cast.third, routed_to=cast.civil, resource=resource
    )
    DemandFactory(state="merged", merged_into=asked, title="务工去向", department=cast.bureau)
    DemandFactory(title="无关")

    titles = [row["title"] for row in client("head").get(NEEDS).json()["items"]]
    rows = sheet(client("authority"), NEEDS)

    assert titles == ["务工信息"]
    found = {row[0]: row for row in rows[1:]}
    assert found.keys() == {"务工信息", "务工去向", "无关"}
    assert found["务工信息"][1:3] == ["示例省教育厅", "姓名、务工地点"]
    assert found["务工信息"][8:10] == ["已提供", "示例省民政厅"]
    assert found["务工信息"][11:13] == [resource.code, "外出务工登记"]
    # One answer is for all that were merged.
    assert found["务工去向"][8:10] == ["已合并", "示例省民政厅"]
    assert found["务工去向"][11] == resource.code
    assert found["无关"][8:10] == ["已提交", None]


def test_duties_are_what_is_shared_with_the_demands_that_it_answers(cast, client):
    resource = in_force(cast.civil, WITHHELD, share_type="conditional", share_condition="核验用")
    in_force(cast.civil, share_type="not_shared")
    demand_in("met", title="区划", department=cast.third, routed_to=cast.civil, resource=resource)
    demand_in("met", title="别处的", routed_to=cast.civil, resource=resource)

    [row] = client("third steward").get(DUTIES).json()["items"]

    assert row["items"] == ["行政区划代码"]
    assert (row["share_type"], row["share_condition"]) == ("conditional", "核验用")
    assert row["share_modes"] == ["interface", "database"]
    assert [demand["title"] for demand in row["demands"]] == ["区划"]
    assert sheet(client("third steward"), DUTIES)[1] == [
        "示例省民政厅",
        resource.code,
        resource.published.name,
        "行政区划代码",
        "有条件共享",
        "核验用",
        "接口、数据库",
        "每年",
        *sheet(client("steward"), DUTIES)[1][8:9],
        "否",
        "区划",
    ]


def test_negatives_are_whole_entries_and_single_items_with_their_basis(cast, client):
    whole = in_force(cast.civil, ITEMS[:1], share_type="not_shared", name="举报", **BASIS)
    part = in_force(cast.civil, WITHHELD, name="区划", **BASIS)
    in_force(cast.civil)

    rows = {row["resource"]: row for row in client("third head").get(NEGATIVES).json()["items"]}

    assert rows.keys() == {str(whole.pk), str(part.pk)}
    assert (rows[str(whole.pk)]["is_whole"], rows[str(part.pk)]["is_whole"]) == (True, False)
    assert rows[str(part.pk)]["items"] == ["行政区划名称"]
    assert rows[str(whole.pk)]["legal_basis"] == "《监察法》第三十九条"
    lines = {row[2]: row for row in sheet(client("third head"), NEGATIVES)[1:]}
    assert lines["举报"][3:5] == ["全部", "行政区划代码"]
    assert lines["区划"][3:7] == ["部分", "行政区划名称", *BASIS.values()]


@pytest.mark.parametrize("address", [NEEDS, DUTIES, NEGATIVES])
def test_who_holds_no_role_for_the_catalogue_gets_no_list(client, cast, assert_problem, address):
    assert_problem(client("operator").get(address), 403, "forbidden")
    assert_problem(client("operator").get(address, {"as": "csv"}), 403, "forbidden")


def test_csv_is_what_the_workbook_is(cast, client):
    in_force(cast.civil, ITEMS[:1], share_type="not_shared", name="=举报", **BASIS)
    answer = client("steward").get(NEGATIVES, {"as": "csv"})
    line = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[1]
    assert line.split(",")[2:4] == ["'=举报", "全部"]


def test_every_state_of_a_demand_has_its_word():
    assert set(DEMAND_STATES) == set(DEMAND.states)


def test_lists_take_a_fixed_number_of_statements(cast, client, django_assert_max_num_queries):
    steward = client("steward")
    for _ in range(10):
        resource = in_force(cast.civil, WITHHELD)
        demand_in("met", routed_to=cast.civil, resource=resource)
    for address in (NEEDS, DUTIES, NEGATIVES):
        steward.get(address)
        with django_assert_max_num_queries(6):
            assert len(steward.get(address).json()["items"]) == 10
