"""The catalogue as files over HTTP."""

import json

import pytest
from openpyxl import load_workbook

from catalog.models import Resource
from tests.catalog.api.test_imports import IMPORTS, hand_in, post
from tests.catalog.interchange.test_national import fill, saved
from tests.factories.catalog import CategoryFactory, entry_with_items, published_resource

EXPORT = "/api/v1/catalog/export"


@pytest.fixture
def three(cast):
    CategoryFactory(code="307024")
    return [
        published_resource(cast.civil, name="甲", open_to_public=True),
        published_resource(cast.civil, name="乙", share_type="conditional"),
        published_resource(cast.third, name="丙"),
    ]


def names(answer):
    return [entry["name"] for entry in json.loads(answer.content)["entries"]]


def test_what_is_in_force_is_handed_out_page_by_page(client, three, cast):
    entry_with_items(resource__department=cast.civil, name="草稿")
    steward = client("third steward")
    first = steward.get(f"{EXPORT}?limit=2")
    assert names(first) == ["甲", "乙"]
    link = first.headers["Link"]
    assert link.endswith('rel="next"')
    second = steward.get(link.partition(">")[0].lstrip("<"))
    assert names(second) == ["丙"]
    assert "Link" not in second.headers


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [("open=true", ["甲"]), ("share_type=conditional", ["乙"]), ("category_code=999", [])],
)
def test_an_export_can_be_narrowed(client, three, asked, wanted):
    assert names(client("steward").get(f"{EXPORT}?{asked}")) == wanted


def test_a_page_that_was_not_changed_is_not_sent_again(client, three):
    steward = client("steward")
    mark = steward.get(f"{EXPORT}?format=csv").headers["ETag"]
    again = steward.get(f"{EXPORT}?format=csv", headers={"If-None-Match": mark})
    assert (again.status_code, again.headers["ETag"]) == (304, mark)
    assert steward.get(EXPORT, headers={"If-None-Match": mark}).status_code == 200
    three[2].change(data_updated_at="2026-01-01T00:00:00Z")
    changed = steward.get(f"{EXPORT}?format=csv", headers={"If-None-Match": mark})
    assert changed.status_code == 200
    three[2].department.change(name="示例省教育和体育厅")
    assert changed.headers["ETag"] != steward.get(f"{EXPORT}?format=csv").headers["ETag"]


def test_csv_can_be_had_in_gb18030(client, three):
    answer = client("steward").get(f"{EXPORT}?format=csv&charset=gb18030")
    assert answer.headers["Content-Type"] == "text/csv; charset=gb18030"
    assert "信息资源名称" in answer.content.decode("gb18030").splitlines()[0]


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [("format=pdf", "#/format"), ("limit=5001", "#/limit"), ("share_type=x", "#/share_type")],
)
def test_an_odd_parameter_is_named(client, three, asked, pointer, assert_problem):
    answer = client("steward").get(f"{EXPORT}?{asked}")
    assert assert_problem(answer, 422, "invalid")["errors"][0]["pointer"] == pointer


def test_only_who_sees_resources_is_given_them(client, api, three, assert_problem):
    assert_problem(client("operator").get(EXPORT), 403, "forbidden")
    assert_problem(api().get(EXPORT), 401, "unauthenticated")


def test_a_form_with_a_file_is_taken_and_the_workbook_comes_back_marked(
    client, cast, three, tmp_path
):
    steward = client("steward")
    path = tmp_path / "目录.xlsx"
    path.write_bytes(steward.get(f"{EXPORT}?format=national&category_code=999").content)
    book = load_workbook(path)
    fill(book["Sheet1"], 2, 3)
    book["Sheet1"]["C4"] = book["Sheet1"]["C7"] = cast.civil.name
    book["Sheet1"]["E4"] = book["Sheet1"]["E7"] = cast.civil.credit_code
    for row in ("C8", "C9", "E8", "E9"):
        book["Sheet1"][row] = book["Sheet1"][f"{row[0]}7"].value
    book["Sheet1"]["Y4"] = "每天"
    for row in ("J7", "J8", "J9"):
        book["Sheet1"][row] = "很多"
    path.write_bytes(saved(book))
    with path.open("rb") as file:
        answer = steward.post(
            f"{IMPORTS}?source=excel&category=307024", {"file": file}, format="multipart"
        )
    assert answer.status_code == 201, answer.content
    assert (answer.json()["file_name"], answer.json()["format"]) == ("目录.xlsx", "excel")
    place = f"{IMPORTS}/{answer.json()['id']}"
    checked = post(steward, f"{place}/check").json()
    assert (checked["received"], checked["new"], checked["wrong"]) == (2, 1, 1)
    path.write_bytes(steward.get(f"{place}/workbook").content)
    marked = load_workbook(path)
    assert "unknown-value" not in marked["Sheet1"]["Y4"].comment.text
    assert marked["Sheet1"]["Y4"].comment.text == "已规范（value）\n每日"
    assert marked["Sheet1"]["J7"].comment.text.startswith("错误（not-a-number）")
    assert marked["Sheet1"]["J7"].fill.start_color.rgb == "FFFF9999"
    assert [row[2] for row in marked["检查结果"].iter_rows(2, values_only=True)] == [
        "已规范",
        "错误",
    ]
    assert Resource.objects.count() == 3


def test_a_form_without_its_file_is_refused(client, three, assert_problem):
    answer = client("steward").post(f"{IMPORTS}?source=a", {"x": "y"}, format="multipart")
    assert_problem(answer, 400, "malformed")
    assert_problem(hand_in(client("steward"), b""), 400, "malformed")
