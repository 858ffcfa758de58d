"""Catalogues handed in over HTTP: checked, taken in, and the same again."""

import json
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook

from accounts.models import AuditEvent
from catalog.api.examples import ITEMS, METADATA
from catalog.models import CatalogImport, Entry, ImportFinding, Item, Resource
from tests.catalog.interchange.test_national import PROVIDER, filled, read, told
from tests.catalog.realdata import real_file
from tests.factories.accounts import DepartmentFactory
from tests.factories.catalog import CategoryFactory, published_resource

IMPORTS = "/api/v1/catalog-imports"
COUNTS = ("received", "new", "changed", "unchanged", "wrong")
PORTALS = {
    "ningxia_yinchuan": ("来源部门", (1005, 1005, 0, 0, 0)),
    "anhui_luan": ("来源部门", (548, 548, 0, 0, 0)),
    "sichuan_luzhou": ("提供方", (6994, 6989, 0, 0, 5)),
}
MAPPING = {
    "columns": {"数据领域": "industry"},
    "defaults": {"share_type": "unconditional", "share_condition": "无条件"},
}


def hand_in(client, body, **asked):
    if not isinstance(body, bytes):
        body = json.dumps(body, ensure_ascii=False).encode()
    query = {"source": "市开放平台", "category": "307024", **asked}
    return client.post(
        f"{IMPORTS}?{urlencode(query)}", body, content_type="application/octet-stream"
    )


def post(client, path, body=None):
    return client.post(path, body or {}, format="json")


def take(client, body, mapping=None, **asked):
    """Hand in, check and take; the import as it was taken."""
    row = hand_in(client, body, **asked)
    assert row.status_code == 201, row.content
    path = f"{IMPORTS}/{row.json()['id']}"
    checked = post(client, f"{path}/check", {"mapping": mapping} if mapping else {})
    assert checked.status_code == 200, checked.content
    taken = post(client, f"{path}/take")
    assert taken.status_code == 200, taken.content
    assert counts(taken) == counts(checked)
    return taken.json()


def counts(answer):
    made = answer if isinstance(answer, dict) else answer.json()
    return tuple(made[name] for name in COUNTS)


@pytest.fixture
def category(db):
    return CategoryFactory(code="307024")


@pytest.fixture
def steward(client, category):
    return client("steward")


class TestRealCatalogues:
    def test_three_portals_reconcile_and_the_second_time_nothing_changes(self, client, category):
        files = {name: real_file("catalogues", f"{name}.json").read_bytes() for name in PORTALS}
        names = {
            row[PORTALS[portal][0]] for portal, body in files.items() for row in json.loads(body)
        }
        for name in sorted(names - {""}):
            DepartmentFactory(name=name)
        authority = client("authority")
        asked = {"standing": "in_force"}
        for portal, body in files.items():
            row = take(authority, body, MAPPING, source=portal, **asked)
            assert counts(row) == PORTALS[portal][1]
            assert row["kept"] == 0
            found = ImportFinding.objects.filter(catalog_import=row["id"])
            assert found.filter(kind="normalised").count() == row["normalised"]
            assert set(found.filter(kind="wrong").values_list("line", flat=True)) == (
                {2252, 2744, 5150, 5758, 5759} if row["wrong"] else set()
            )
        codes = Resource.objects.values_list("code", flat=True)
        assert {int(code.partition("/")[2]) for code in codes} == set(range(1, 8543))
        assert Entry.objects.filter(state="published").count() == 8542
        before = set(Resource.objects.values_list("pk", "version"))
        for portal, body in files.items():
            row = take(authority, body, source=portal, **asked)
            received, _, _, _, wrong = PORTALS[portal][1]
            assert counts(row) == (received, 0, 0, received - wrong, wrong)
        assert set(Resource.objects.values_list("pk", "version")) == before
        assert Entry.objects.count() == 8542


class TestTaking:
    BODY = [
        {
            "标题": "婚姻登记信息",
            "更新频率": "每天",
            "发布时间": "2023-6-16",
            "数据格式": "['xls', 'api']",
            "数据量": "469,585",
            "标签": "婚姻\r\n\t登记",
            "开放状态": "有条件开放",
        },
    ]

    def test_each_dirty_value_is_put_into_our_words_with_its_trace(self, steward, cast):
        row = take(steward, self.BODY)
        assert counts(row) == (1, 1, 0, 0, 0)
        entry = Entry.objects.get()
        assert (entry.state, entry.number, entry.department) == ("draft", 1, cast.civil)
        assert (entry.update_cycle, str(entry.released_on)) == ("daily", "2023-06-16")
        assert (entry.format_class, entry.format_type) == ("spreadsheet", "xls")
        assert (entry.format_note, entry.share_modes) == ("xls, api", ["file", "interface"])
        assert (str(entry.records_wan), entry.keywords) == ("46.9585", ["婚姻", "登记"])
        assert (entry.open_to_public, entry.open_condition) == (True, "有条件开放")
        found = steward.get(f"{IMPORTS}/{row['id']}/findings?kind=normalised").json()["items"]
        assert {(one["column"], one["before"], one["after"]) for one in found} >= {
            ("更新频率", "每天", "每日"),
            ("发布时间", "2023-6-16", "2023-06-16"),
            ("标签", "婚姻\r\n\t登记", "婚姻；登记"),
        }
        assert len(found) == row["normalised"] == 6

    def test_what_is_not_understood_is_named_and_the_right_entries_are_taken(self, steward):
        body = [*self.BODY, {"标题": "收养登记", "更新频率": "随缘"}, {"标题": ""}]
        row = take(steward, body)
        assert counts(row) == (3, 1, 0, 0, 2)
        found = steward.get(f"{IMPORTS}/{row['id']}/findings?kind=wrong").json()["items"]
        assert [(one["line"], one["column"], one["code"]) for one in found] == [
            (2, "更新频率", "unknown-value"),
            (3, "标题", "required"),
        ]
        assert Resource.objects.count() == 1

    def test_the_importers_own_words_count_and_are_remembered(self, steward):
        body = [{"题": "收养登记", "频": "随缘"}]
        mapping = {"columns": {"题": "name", "频": "update_cycle"}}
        mapping["values"] = {"update_cycle": {"随缘": "不定期"}}
        assert counts(take(steward, body, mapping)) == (1, 1, 0, 0, 0)
        assert Entry.objects.get().update_cycle == "other"
        assert hand_in(steward, body).json()["mapping"] == mapping
        assert counts(take(steward, body)) == (1, 0, 0, 1, 0)

    def test_a_stewards_words_are_kept_and_the_sources_changes_taken(self, steward):
        first = [{"标题": "婚姻登记信息", "描述": "登记", "更新频率": "每年"}]
        take(steward, first)
        entry = Entry.objects.get()
        entry.change(abstract="全省婚姻登记的当事人和日期")
        again = take(steward, first)
        assert (counts(again), again["kept"]) == ((1, 0, 0, 1, 0), 1)
        row = take(steward, [{**first[0], "描述": "登记信息", "更新频率": "每月"}])
        assert (counts(row), row["kept"]) == ((1, 0, 1, 0, 0), 1)
        entry.refresh_from_db()
        assert (entry.abstract, entry.update_cycle) == ("全省婚姻登记的当事人和日期", "monthly")
        kept = ImportFinding.objects.get(catalog_import=row["id"], kind="kept")
        assert (kept.before, kept.after) == ("登记信息", "全省婚姻登记的当事人和日期")

    def test_a_change_of_what_is_in_force_becomes_a_draft_of_its_next_version(
        self, client, category, cast
    ):
        first = [{"标题": "婚姻登记信息", "来源部门": cast.civil.name, "更新频率": "每年"}]
        take(client("authority"), first, standing="in_force")
        entry = Entry.objects.get()
        assert (entry.state, entry.resource.code) == ("published", "307024/1")
        row = take(client("authority"), [{**first[0], "更新频率": "每月"}])
        assert counts(row) == (1, 0, 1, 0, 0)
        newer = Entry.objects.get(number=2)
        assert (newer.state, newer.update_cycle) == ("draft", "monthly")
        assert newer.change_message == "导入：市开放平台"
        entry.refresh_from_db()
        assert (entry.state, entry.update_cycle) == ("published", "yearly")
        row = take(client("authority"), [{**first[0], "更新频率": "每周"}], standing="in_force")
        assert counts(row) == (1, 0, 0, 0, 1)
        assert ImportFinding.objects.get(kind="wrong").code == "revision-open"

    def test_a_change_taken_in_force_supersedes_the_former_version(self, client, category, cast):
        first = [{"标题": "婚姻登记信息", "来源部门": cast.civil.name, "更新频率": "每年"}]
        take(client("authority"), first, standing="in_force")
        row = take(client("authority"), [{**first[0], "更新频率": "每月"}], standing="in_force")
        assert counts(row) == (1, 0, 1, 0, 0)
        assert list(Entry.objects.order_by("number").values_list("state", flat=True)) == [
            "superseded",
            "published",
        ]
        resource = Resource.objects.get()
        assert (resource.published.number, resource.code) == (2, "307024/1")

    def test_real_duplicates_of_one_file_stay_two_entries(self, steward):
        body = [{"标题": "行政处罚信息", "描述": text} for text in ("一月", "一月", "二月")]
        assert counts(take(steward, body)) == (3, 3, 0, 0, 0)
        assert counts(take(steward, body)) == (3, 0, 0, 3, 0)
        assert Resource.objects.count() == 3
        assert ImportFinding.objects.filter(code="name-twice").count() == 2
        assert len(set(Resource.objects.values_list("source_key", flat=True))) == 3

    def test_items_follow_their_source_and_keep_what_stewards_said(self, steward):
        item = {"name": "姓名", "data_type": "C", "length": 50}
        other = {"name": "登记日期", "data_type": "日期型D"}
        take(steward, [{"name": "婚姻登记", "items": [item, other]}])
        entry = Entry.objects.get()
        assert list(entry.items.values_list("column", "data_type", "length")) == [
            ("xing_ming", "C", 50),
            ("deng_ji_ri_qi", "D", None),
        ]
        entry.items.filter(column="xing_ming").update(column="xm", meaning="当事人姓名")
        third = {"name": "登记机关", "data_type": "字符型", "length": 80}
        row = take(steward, [{"name": "婚姻登记", "items": [{**item, "length": 60}, third]}])
        assert counts(row) == (1, 0, 1, 0, 0)
        assert list(entry.items.values_list("column", "length", "meaning")) == [
            ("xm", 60, "当事人姓名"),
            ("deng_ji_ji_guan", 80, ""),
        ]


class TestRights:
    def test_a_steward_imports_for_the_own_department_only(self, steward, cast):
        body = [{"标题": "甲", "来源部门": cast.third.name}, {"标题": "乙"}]
        row = take(steward, body)
        assert counts(row) == (2, 1, 0, 0, 1)
        assert ImportFinding.objects.get(kind="wrong").code == "not-own-department"
        assert Entry.objects.get().department == cast.civil

    def test_only_the_authority_takes_a_catalogue_in_force(self, steward, assert_problem):
        answer = hand_in(steward, [{"标题": "甲"}], standing="in_force")
        assert_problem(answer, 403, "forbidden")
        assert not CatalogImport.objects.exists()

    def test_imports_of_others_are_not_seen(self, steward, client, assert_problem):
        pk = hand_in(steward, [{"标题": "甲"}]).json()["id"]
        assert_problem(client("third steward").get(f"{IMPORTS}/{pk}"), 404, "not-found")
        assert_problem(client("third steward").get(f"{IMPORTS}/{pk}/findings"), 404, "not-found")
        assert client("third steward").get(IMPORTS).json()["items"] == []
        assert client("authority").get(f"{IMPORTS}/{pk}").status_code == 200
        assert_problem(hand_in(client("head"), [{"标题": "甲"}]), 403, "forbidden")

    def test_an_import_is_taken_once_and_not_after_it_was_discarded(self, steward, assert_problem):
        pk = hand_in(steward, [{"标题": "甲"}]).json()["id"]
        assert_problem(post(steward, f"{IMPORTS}/{pk}/take"), 409, "illegal-move")
        post(steward, f"{IMPORTS}/{pk}/check")
        assert post(steward, f"{IMPORTS}/{pk}/take").status_code == 200
        assert_problem(post(steward, f"{IMPORTS}/{pk}/take"), 409, "illegal-move")
        other = hand_in(steward, [{"标题": "乙"}]).json()["id"]
        assert post(steward, f"{IMPORTS}/{other}/discard").json()["state"] == "discarded"
        assert_problem(post(steward, f"{IMPORTS}/{other}/check"), 409, "illegal-move")
        assert Resource.objects.count() == 1
        verbs = AuditEvent.objects.filter(subject_id=other).values_list("verb", flat=True)
        assert set(verbs) == {"catalog_import.uploaded", "catalog_import.discarded"}


class TestRefusals:
    @pytest.mark.parametrize(
        ("asked", "pointer"),
        [
            ({"source": ""}, "#/source"),
            ({"standing": "published"}, "#/standing"),
            ({"format": "pdf"}, "#/format"),
            ({"category": "999"}, "#/category"),
        ],
    )
    def test_an_odd_parameter_is_named(self, steward, asked, pointer, assert_problem):
        problem = assert_problem(hand_in(steward, [{"标题": "甲"}], **asked), 422, "invalid")
        assert problem["errors"][0]["pointer"] == pointer
        assert not CatalogImport.objects.exists()

    @pytest.mark.parametrize(
        "body",
        [
            b"{}",
            b"[]",
            b"[1]",
            b'[{"a": 1}]',
            "甲,乙\n1,2".encode(),
            b"PK\x03\x04 broken",
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><rdf:RDF xmlns:rdf="x"/>',
            b'{"@context": "http://127.0.0.1:1/dcat", "@type": "dcat:Dataset"}',
            b"@prefix a: <b> . broken",
        ],
    )
    def test_a_file_that_is_no_catalogue_is_refused_at_its_check(
        self, steward, body, assert_problem
    ):
        pk = hand_in(steward, body).json()["id"]
        answer = post(steward, f"{IMPORTS}/{pk}/check")
        assert answer.status_code == 400
        assert answer.json()["code"] in ("catalog-unreadable", "workbook-unreadable")
        assert not Resource.objects.exists()

    @pytest.mark.parametrize(
        ("mapping", "pointer"),
        [
            ({"colums": {}}, "#/mapping/colums"),
            ({"columns": {"标题": "titel"}}, "#/mapping/columns/标题"),
            ({"defaults": {"update_cycle": "随缘"}}, "#/mapping/defaults/update_cycle"),
            ({"departments": {"甲": "nobody"}}, "#/mapping/departments/甲"),
        ],
    )
    def test_a_mapping_is_checked(self, steward, mapping, pointer, assert_problem):
        pk = hand_in(steward, [{"标题": "甲"}]).json()["id"]
        answer = post(steward, f"{IMPORTS}/{pk}/check", {"mapping": mapping})
        assert assert_problem(answer, 422, "invalid")["errors"][0]["pointer"] == pointer
        assert CatalogImport.objects.get().state == "uploaded"


class TestWorkbook:
    def test_what_was_found_comes_back_as_a_workbook(self, steward, tmp_path):
        row = take(steward, [{"标题": "甲", "更新频率": "随缘"}])
        answer = steward.get(f"{IMPORTS}/{row['id']}/workbook")
        path = tmp_path / "found.xlsx"
        path.write_bytes(answer.content)
        rows = list(load_workbook(path)["检查结果"].values)
        assert rows[1][:5] == (1, "更新频率", "错误", "unknown-value", "随缘")


@pytest.mark.parametrize(
    "kind", ["national", "flat", "csv", "json", "data.json", "jsonld", "rdf", "turtle"]
)
def test_importing_our_own_export_changes_nothing(client, cast, category, kind):
    published_resource(cast.civil, **METADATA)
    rich = {
        "name": "不予共享的举报信息",
        "share_type": "not_shared",
        "share_condition": "《举报法》第二十条\n不予共享",
        "keywords": ["农、林、牧、渔业"],
        "theme": "公共安全",
        "landing_url": "https://example.test/a?b=1&c=2",
        "contact": "010-1",
        "released_on": "2024-03-01",
        "records_wan": "1.5",
        "related_codes": ["307024/1", "307024/2"],
        "update_cycle": "quarterly",
        "open_condition": "依申请；需审核",
    }
    mixed = [ITEMS[0] | {"share_type": "unconditional"}, *ITEMS[1:]]
    published_resource(cast.third, mixed, **METADATA | rich)
    published_resource(cast.third, [], name="没有信息项", keywords=["甲", "乙"])
    before = list(Entry.objects.order_by("pk").values())
    page = client("authority").get(f"/api/v1/catalog/export?format={kind}")
    assert page.status_code == 200
    body = page.content
    row = take(client("authority"), body, source="自己", category="")
    told = ImportFinding.objects.exclude(code="column-ignored")
    assert list(told.values_list("line", "column", "before", "after")) == []
    assert (counts(row), row["kept"]) == ((3, 0, 0, 3, 0), 0)
    assert list(Entry.objects.order_by("pk").values()) == before
    assert {str(item) for item in Entry.objects.get(name="行政区划代码").items.all()} == {
        item["column"] for item in ITEMS
    }


def test_the_national_template_comes_back_as_it_was_filled(client, cast, category):
    cast.civil.change(name=PROVIDER[0], credit_code=PROVIDER[1])
    body = filled(500, 12)
    row = take(client("authority"), body, standing="in_force", source="普查")
    assert (counts(row), row["normalised"]) == ((500, 500, 0, 0, 0), 0)
    assert Item.objects.count() == 6000
    answer = client("authority").get("/api/v1/catalog/export?format=national")
    there, _ = read(answer.content)
    here, _ = read(body)
    codes = [one.identity.pop("code") for one in there]
    assert codes == [f"307024/{number}" for number in range(1, 501)]
    assert told(there) == told(here)
    again = take(client("authority"), answer.content, source="普查")
    assert counts(again) == (500, 0, 0, 500, 0)
