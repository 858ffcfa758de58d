"""Quality over the API: one resource's, what is wanting, the scorecard."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from openpyxl import load_workbook

from catalog.models import Resource
from catalog.quality.completeness import CENSUS_NUMBERS
from catalog.search.indexing import refresh
from tests.factories.catalog import published_resource

OVERDUE, INCOMPLETE = "/api/v1/overdue-resources", "/api/v1/incomplete-resources"
SCORECARD = "/api/v1/scorecard"
NOW = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)  # Wednesday


@pytest.fixture(autouse=True)
def wednesday(db, time_machine):
    time_machine.move_to(NOW, tick=False)


def in_force(department, *, attached=False, came=None, **entry):
    resource = published_resource(department, **entry)
    Resource.objects.filter(pk=resource.pk).update(is_attached=attached, data_updated_at=came)
    refresh([resource.pk])
    resource.refresh_from_db()
    return resource


def test_a_resource_says_what_it_lacks_and_how_fresh_it_is(cast, client):
    row = in_force(cast.civil, update_cycle="daily", came=NOW - timedelta(days=7), attached=True)

    told = client("third steward").get(f"/api/v1/resources/{row.pk}/quality").json()

    assert told["published"]["completeness"] < 100
    assert told["published"]["gaps"][0] == {
        "code": "no-census",
        "zh": "六项普查数据不全",
        "weight": 6,
        "asks": "give the six numbers of the census (大普查)",
    }
    assert told["in_progress"] is None
    assert told["timeliness"] == {
        "freshness": "overdue",
        "update_cycle": "daily",
        "data_updated_at": "2026-02-25T09:00:00+08:00",
        "published_at": "2026-03-04T09:00:00+08:00",
        "fresh_until": "2026-02-26",
        "workdays_overdue": 4,
    }


def test_the_version_in_work_is_its_departments(cast, client):
    draft = cast.resource()
    address = f"/api/v1/resources/{draft.pk}/quality"
    told = client("steward").get(address).json()
    assert (told["published"], told["timeliness"]) == (None, None)
    assert told["in_progress"]["state"] == "draft"
    assert client("third steward").get(address).status_code == 404


def test_overdue_is_what_its_own_cycle_promised(cast, client):
    long_ago = NOW - timedelta(days=400)
    late = in_force(cast.civil, update_cycle="monthly", came=long_ago, attached=True)
    never = in_force(cast.third, update_cycle="daily", published_at=long_ago)
    in_force(cast.civil, update_cycle="yearly", came=datetime(2025, 1, 2, tzinfo=UTC))
    in_force(cast.civil, update_cycle="other", came=long_ago)
    auditor = client("auditor")

    rows = {row["resource"]: row for row in auditor.get(OVERDUE).json()["items"]}

    assert rows.keys() == {str(late.pk), str(never.pk)}
    assert rows[str(late.pk)]["freshness"] == "overdue"
    assert rows[str(late.pk)]["fresh_until"] == "2025-02-28"
    assert rows[str(late.pk)]["code"] == late.code
    assert rows[str(never.pk)]["freshness"] == "never_came"

    def found(**asked):
        return [row["resource"] for row in auditor.get(OVERDUE, asked).json()["items"]]

    assert found(attached="true") == [str(late.pk)]
    assert found(department=str(cast.third.pk)) == [str(never.pk)]
    assert found(update_cycle="monthly") == [str(late.pk)]


def test_workdays_overdue_follow_the_calendar(cast, client, official_calendar):
    in_force(cast.civil, update_cycle="daily", came=datetime(2026, 2, 13, 1, tzinfo=UTC))
    [row] = client("steward").get(OVERDUE).json()["items"]
    # 14 February is worked in exchange for the spring festival, 15 to 23 are not.
    assert row["fresh_until"] == "2026-02-14"
    assert row["workdays_overdue"] == 8


def test_overdue_entries_are_taken_away_as_csv(cast, client):
    row = in_force(cast.civil, name="空气质量", update_cycle="daily", came=NOW - timedelta(days=7))
    answer = client("steward").get(OVERDUE, {"as": "csv", "charset": "gb18030"})
    lines = b"".join(answer.streaming_content).decode("gb18030").splitlines()
    wanted = "2026-02-25,2026-03-04,2026-02-26,4,否"
    assert lines[1:] == [f"示例省民政厅,{row.code},空气质量,每日,{wanted}"]


def test_incomplete_entries_name_what_is_missing(cast, client, assert_problem):
    complete = dict.fromkeys(CENSUS_NUMBERS, 0)
    numbered, bare = in_force(cast.civil, **complete), in_force(cast.civil)
    steward = client("steward")

    def found(**asked):
        return {row["resource"] for row in steward.get(INCOMPLETE, asked).json()["items"]}

    assert found() == {str(numbered.pk), str(bare.pk)}
    assert found(gap="no-census") == {str(bare.pk)}
    low, high = sorted(row["completeness"] for row in steward.get(INCOMPLETE).json()["items"])
    assert found(below=str(high)) == {str(bare.pk)}
    assert low < high
    assert_problem(steward.get(INCOMPLETE, {"gap": "no-luck"}), 422, "invalid")
    assert_problem(steward.get(INCOMPLETE, {"below": "half"}), 422, "invalid")
    assert_problem(steward.get(INCOMPLETE, {"as": "pdf"}), 422, "invalid")


def test_incomplete_entries_are_taken_away_as_a_workbook(cast, client):
    in_force(cast.civil, name="空气质量", **dict.fromkeys(CENSUS_NUMBERS, 0))
    answer = client("steward").get(INCOMPLETE, {"as": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("部门", "信息资源代码", "信息资源名称", "完整度", "缺项")
    assert rows[1][2] == "空气质量"
    assert "缺来源系统；缺联系人" in rows[1][4]


def test_the_scorecard_gives_each_rate_with_its_formula(cast, client):
    numbers = dict.fromkeys(CENSUS_NUMBERS, 1)
    in_force(cast.civil, update_cycle="daily", came=NOW, attached=True, **numbers)
    in_force(cast.civil, update_cycle="daily", came=NOW - timedelta(days=7), attached=True)
    in_force(cast.third, share_type="not_shared")

    card = client("authority").get(SCORECARD).json()

    measures = {one["code"]: one for one in card["measures"]}
    assert measures["attachment"]["title"] == "挂接率"
    assert measures["attachment"]["formula_zh"].startswith("已挂接数据的可共享在用目录数 ÷")
    cards = {one["name"]: one for one in card["departments"]}
    assert list(cards) == sorted(cards)
    civil = cards["示例省民政厅"]["rates"]
    assert civil["attachment"] == {"part": 2.0, "whole": 2.0, "value": 1.0}
    assert civil["timeliness"] == {"part": 1.0, "whole": 2.0, "value": 0.5}
    assert civil["census"]["value"] == 0.5
    assert cards["示例省教育厅"]["rates"]["attachment"]["value"] is None
    assert cards["示例省数据局"]["score"] is None
    assert card["total"]["rates"]["timeliness"] == civil["timeliness"]
    assert card["total"]["counts"]["in_force"] == "3"


def test_a_department_sees_its_own_card(cast, client, assert_problem):
    [card] = client("head").get(SCORECARD).json()["departments"]
    assert card["name"] == "示例省民政厅"
    other = {"department": str(cast.third.pk)}
    assert client("head").get(SCORECARD, other).status_code == 404
    assert_problem(client("operator").get(SCORECARD), 403, "forbidden")
    assert_problem(client("operator").get(OVERDUE), 403, "forbidden")


def test_the_scorecard_is_taken_away_as_csv(cast, client):
    in_force(cast.civil, update_cycle="other")
    answer = client("head").get(SCORECARD, {"as": "csv"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("部门,得分,目录完整度,普查填报率,挂接率")
    assert [line.split(",")[0] for line in lines[1:]] == ["示例省民政厅", "合计"]
    assert lines[1].split(",")[3:6] == ["0.0", "0.0", ""]


def test_lists_take_a_fixed_number_of_statements(cast, client, django_assert_max_num_queries):
    for _ in range(10):
        in_force(cast.civil, update_cycle="daily", came=NOW - timedelta(days=7))
    steward = client("steward")
    steward.get(OVERDUE)
    for address in (OVERDUE, INCOMPLETE):
        with django_assert_max_num_queries(4):
            assert len(steward.get(address).json()["items"]) == 10
