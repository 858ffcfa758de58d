"""The register as a form over the API: export, template, import, walls."""

import time
import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook

from accounts.documents import XLSX
from accounts.models import AuditEvent, InformationSystem, SystemVersion
from accounts.register.columns import FORM
from tests.factories.accounts import DepartmentFactory, SystemFactory
from tests.factories.registers import FULL, full_system, rows_of, workbook_of

pytestmark = pytest.mark.django_db
EXPORT, TEMPLATE, IMPORT = (f"/api/v1/systems/{name}" for name in ("export", "template", "import"))
HEADERS = [column.title for column in FORM]
PLACE = {column.name: place for place, column in enumerate(FORM)}
NASTY = ["=1+1", "'=1+1", "@SUM(A1)", "-5", "+86 10", "_x0041_", "''", "＝cmd", "a\tb", "<b>&amp;"]


@pytest.fixture
def admin(member_of, department):
    return member_of("department_admin", department)


def content_of(answer):
    assert answer.status_code == 200, getattr(answer, "content", b"")[:2000]
    return b"".join(answer.streaming_content)


def send(client, content, media_type=XLSX, **query):
    address = IMPORT + "?" + "&".join(f"{name}={value}" for name, value in query.items())
    return client.generic("POST", address, content, content_type=media_type)


def row_of(**values):
    row = [None] * len(FORM)
    for name, value in values.items():
        row[PLACE[name]] = value
    return row


def counts(body):
    return [body[name] for name in ("received", "new", "changed", "unchanged", "wrong")]


@pytest.mark.parametrize(
    ("query", "media_type"),
    [("as=xlsx", XLSX), ("as=csv", "text/csv"), ("as=csv&charset=gb18030", "text/csv")],
)
def test_an_unchanged_export_taken_in_again_changes_nothing(
    api, admin, department, query, media_type
):
    full_system(department=department, name="婚姻登记信息系统")
    SystemFactory(department=department, name="空系统", state="being_merged")
    for number, text in enumerate(NASTY):
        SystemFactory(
            department=department, name=f"{text} {number}", function=text, code=f"{text}{number}"
        )
    before = list(InformationSystem.objects.order_by("pk").values())
    content = content_of(api(admin).get(f"{EXPORT}?{query}"))
    charset = "gb18030" if "gb18030" in query else "utf-8"
    answer = send(api(admin), content, f"{media_type}; charset={charset}")
    assert answer.status_code == 200, answer.content
    assert counts(answer.json()) == [12, 0, 0, 12, 0]
    assert list(InformationSystem.objects.order_by("pk").values()) == before
    assert not SystemVersion.objects.exists()
    assert not AuditEvent.objects.exists()


def test_an_export_fills_an_empty_department_with_the_same(api, admin, department, member_of):
    full_system(department=department, name="婚姻登记信息系统")
    exported = rows_of(content_of(api(admin).get(EXPORT)))
    other = DepartmentFactory()
    row = exported[1]
    row[PLACE["department"]], row[PLACE["credit_code"]] = other.name, None
    answer = send(api(member_of("department_admin", other)), workbook_of([row]))
    assert counts(answer.json()) == [1, 1, 0, 0, 0]
    made = InformationSystem.objects.get(department=other)
    assert {name: getattr(made, name) for name in FULL} == FULL
    assert made.versions.get().change_message == "批量导入"
    assert AuditEvent.objects.filter(verb="system.registered").count() == 1


def test_the_export_has_text_as_text_and_days_as_days(api, admin, department):
    full_system(department=department, name="=HYPERLINK(1)")
    book = load_workbook(BytesIO(content_of(api(admin).get(EXPORT))))
    sheet = book["信息系统登记表"]
    assert sheet.freeze_panes == "E2"
    assert [cell.value for cell in sheet[1]] == HEADERS
    assert sheet.cell(2, PLACE["name"] + 1).value == "=HYPERLINK(1)"
    assert sheet.cell(2, PLACE["approved_on"] + 1).value.date() == date(2018, 3, 15)
    assert sheet.cell(2, PLACE["investment"] + 1).value == 320.5
    assert sheet.cell(2, PLACE["network"] + 1).value == "电子政务外网"
    raw = zipfile.ZipFile(BytesIO(content_of(api(admin).get(EXPORT))))
    assert b"<f>" not in raw.read("xl/worksheets/sheet1.xml")


def test_csv_gives_no_spreadsheet_a_formula(api, admin, department):
    SystemFactory(department=department, name="=1+1", function="@SUM(A1)")
    text = content_of(api(admin).get(f"{EXPORT}?as=csv")).decode("utf-8-sig")
    assert "'=1+1" in text
    assert ",'@SUM(A1)" in text
    assert ",=1+1" not in text


def test_the_template_has_a_drop_down_for_each_list_and_notes(api, admin):
    book = load_workbook(BytesIO(content_of(api(admin).get(TEMPLATE))))
    assert book.sheetnames == ["信息系统登记表", "填写说明"]
    lists = {
        str(rule.sqref).split(":")[0].rstrip("0123456789"): rule.formula1
        for rule in book.worksheets[0].data_validations.dataValidation
    }
    wanted = [c for c in FORM if c.choices or c.kind == "flag"]
    assert len(lists) == len(wanted)
    assert '"专网,电子政务外网,电子政务内网,互联网,其他"' in lists.values()
    assert '"是,否"' in lists.values()
    assert book.worksheets[0].max_row == 1


def test_a_dry_run_writes_nothing(api, admin, department):
    known = SystemFactory(department=department, name="旧系统")
    rows = [row_of(name="旧系统", function="改后"), row_of(name="新系统", function="新")]
    headers = ["业务系统名称", "系统描述"]
    content = workbook_of([[r[PLACE["name"]], r[PLACE["function"]]] for r in rows], headers)
    answer = send(api(admin), content, dry_run="true")
    assert counts(answer.json()) == [2, 1, 1, 0, 0]
    assert answer.json()["dry_run"] is True
    known.refresh_from_db()
    assert (known.function, known.version) == ("办理业务", 1)
    assert InformationSystem.objects.count() == 1
    assert not AuditEvent.objects.exists()
    real = send(api(admin), content, change_message="年度普查")
    assert counts(real.json()) == [2, 1, 1, 0, 0]
    known.refresh_from_db()
    assert (known.function, known.version) == ("改后", 2)
    versions = known.versions.order_by("number").values_list("number", "change_message")
    assert list(versions) == [(1, "变更前的登记内容"), (2, "年度普查")]
    assert counts(send(api(admin), content).json()) == [2, 0, 0, 2, 0]


def test_columns_that_the_form_lacks_stay_and_blank_cells_clear(api, admin, department):
    row = full_system(department=department, name="甲")
    content = workbook_of(
        [["甲", None, None, None]], ["业务系统名称", "联系人", "承载网络", "是否提供服务接口"]
    )
    assert counts(send(api(admin), content).json()) == [1, 0, 1, 0, 0]
    row.refresh_from_db()
    assert (row.contact_name, row.network, row.has_interface) == ("", "extranet", True)
    assert row.contact_phone == FULL["contact_phone"]


def test_words_of_departments_are_understood(api, admin, department):
    content = workbook_of(
        [
            [
                "甲",
                "办理",
                "政务外网",
                "等保三级",
                "正式运行",
                "2019年3月5日",
                "1,200.5",
                "有",
                "2020/1/2",
            ]
        ],
        [
            "系统名称",
            "主要功能",
            "所属网络",
            "安全等级",
            "系统阶段",
            "启用时间",
            "投资额度",
            "是否有导出功能",
            "审批日期",
        ],
    )
    answer = send(api(admin), content)
    assert counts(answer.json()) == [1, 1, 0, 0, 0], answer.json()
    made = InformationSystem.objects.get()
    assert (made.network, made.protection_level, made.state) == ("extranet", "3", "in_operation")
    assert (made.started_on, made.approved_on) == (date(2019, 3, 5), date(2020, 1, 2))
    assert (made.investment, made.has_export) == (Decimal("1200.50"), True)


FAULTS = [
    ("name", None, "required"),
    ("name", "甲" * 121, "too-long"),
    ("network", "卫星", "unknown-choice"),
    ("investment", "120万元", "number-with-unit"),
    ("investment", -1, "negative"),
    ("investment", 1.234, "too-many-decimals"),
    ("investment", "很多", "not-a-number"),
    ("maintenance_cost", 10**13, "too-large"),
    ("approved_on", "2024年", "not-a-date"),
    ("approved_on", "2023-02-29", "not-a-date"),
    ("approved_on", "1200-01-01", "date-out-of-range"),
    ("approved_on", 45000, "not-a-date"),
    ("has_export", "也许", "not-yes-or-no"),
    ("user_count", 1.5, "not-a-whole-number"),
    ("season", "13", "not-months"),
    ("data_items", "项" * 61, "item-too-long"),
    ("state", "停运", "not-registrable"),
    ("department", "没有这个局", "no-such-department"),
    ("credit_code", "11990000MB9999999X", "no-such-department"),
    ("function", "a\x01b", "control-character"),
]


@pytest.mark.parametrize(("name", "value", "code"), FAULTS)
def test_a_wrong_cell_is_named_by_row_column_and_header(api, admin, name, value, code):
    row = row_of(**({"name": "甲", "function": "乙"} | {name: value}))
    body = send(api(admin), workbook_of([row_of(name="好", function="好"), row]), dry_run="true")
    [fault] = body.json()["faults"]
    letter = chr(65 + PLACE[name]) if PLACE[name] < 26 else f"A{chr(39 + PLACE[name])}"
    assert (fault["row"], fault["column"], fault["code"]) == (3, letter, code)
    assert fault["header"] == HEADERS[PLACE[name]]
    assert fault["message"]
    assert counts(body.json()) == [2, 1, 0, 0, 1]


def test_a_formula_is_never_taken_for_its_value(api, admin):
    content = workbook_of([row_of(name="甲", function="乙")], formulas=[(2, 11, "=1+1")])
    body = send(api(admin), content, dry_run="true").json()
    assert [(f["row"], f["column"], f["code"]) for f in body["faults"]] == [
        (2, "K", "formula-cell")
    ]


def test_a_wrong_row_refuses_the_form_or_is_left_out(api, admin, department, assert_problem):
    content = workbook_of([row_of(name="甲", function="乙"), row_of(name="丙", network="?")])
    body = assert_problem(send(api(admin), content), 422, "import-refused")
    assert counts(body) == [2, 1, 0, 0, 1]
    assert body["faults_total"] == 2
    assert not InformationSystem.objects.exists()
    answer = send(api(admin), content, mode="partial")
    assert counts(answer.json()) == [2, 1, 0, 0, 1]
    assert InformationSystem.objects.get().name == "甲"


def test_two_rows_about_one_system_are_named(api, admin, department):
    SystemFactory(department=department, name="甲", code="C1")
    SystemFactory(department=department, name="乙")
    rows = [
        row_of(name="甲", function="1"),
        row_of(name="改名", code="C1", function="2"),
        row_of(name="新", function="3"),
        row_of(name="新", function="4"),
    ]
    body = send(api(admin), workbook_of(rows), dry_run="true").json()
    assert [(f["row"], f["code"]) for f in body["faults"]] == [(3, "twice"), (5, "twice")]
    clash = workbook_of([row_of(name="乙", code="C1", function="5")])
    body = send(api(admin), clash, dry_run="true").json()
    assert [f["code"] for f in body["faults"]] == ["name-of-another"]


def test_a_code_finds_a_system_under_its_new_name(api, admin, department):
    row = SystemFactory(department=department, name="旧名", code="C1")
    content = workbook_of([row_of(name="新名", code="C1", function="办理业务")])
    assert counts(send(api(admin), content).json()) == [1, 0, 1, 0, 0]
    row.refresh_from_db()
    assert row.name == "新名"


def test_a_form_moves_no_system_to_another_state(api, admin, department):
    row = SystemFactory(department=department, name="甲")
    content = workbook_of([row_of(name="甲", function="办理业务", state="停用")])
    body = send(api(admin), content, dry_run="true").json()
    assert [f["code"] for f in body["faults"]] == ["state-differs"]
    row.refresh_from_db()
    assert row.state == "in_operation"


def test_an_admin_imports_for_the_own_department_only(api, admin, department):
    other = SystemFactory(name="别家系统")
    rows = [row_of(name="别家系统", function="窃改", department=other.department.name)]
    body = send(api(admin), workbook_of(rows), mode="partial").json()
    assert [f["code"] for f in body["faults"]] == ["not-your-department"]
    other.refresh_from_db()
    assert other.function == "办理业务"
    exported = content_of(api(admin).get(f"{EXPORT}?as=csv")).decode("utf-8-sig")
    assert "别家系统" not in exported


@pytest.mark.parametrize("role", ["authority", "operator"])
def test_platform_roles_import_for_all_by_credit_code_or_name(api, member_of, role):
    first, second = DepartmentFactory(), DepartmentFactory()
    rows = [
        row_of(name="甲", function="1", credit_code=first.credit_code),
        row_of(name="甲", function="2", department=second.name),
        row_of(name="丙", function="3"),
        row_of(name="丁", function="4", department=first.name, credit_code=second.credit_code),
    ]
    body = send(api(member_of(role)), workbook_of(rows), mode="partial").json()
    assert counts(body) == [4, 2, 0, 0, 2]
    assert [(f["row"], f["code"]) for f in body["faults"]] == [
        (4, "required"),
        (5, "department-differs"),
    ]
    owners = InformationSystem.objects.order_by("function").values_list("department_id", flat=True)
    assert list(owners) == [first.pk, second.pk]


@pytest.mark.parametrize("role", ["steward", "head", "auditor", "business_operator"])
def test_others_import_nothing(api, member_of, department, assert_problem, role):
    client = api(member_of(role, department))
    answer = send(client, workbook_of([row_of(name="甲", function="乙")]))
    assert_problem(answer, 403, "forbidden")
    assert not InformationSystem.objects.exists()


def test_the_workbook_comes_back_with_its_wrong_cells_marked(api, admin, assert_problem):
    content = workbook_of([row_of(name="甲", function="乙", network="?"), row_of(name="丙")])
    answer = send(api(admin), content, answer="workbook")
    sheet = load_workbook(BytesIO(content_of(answer)))["信息系统登记表"]
    network, function = sheet.cell(2, PLACE["network"] + 1), sheet.cell(3, PLACE["function"] + 1)
    assert network.value == "?"
    assert network.fill.start_color.rgb == "FFFF9999"
    assert network.comment.text.startswith("不在可选值之内，请从下拉列表中选择\nunknown-choice: ")
    assert function.comment.text.startswith("此项必填\nrequired: ")
    assert sheet.cell(2, PLACE["name"] + 1).comment is None
    assert not InformationSystem.objects.exists()
    csv = "业务系统名称\r\n甲\r\n".encode()
    assert_problem(send(api(admin), csv, "text/csv", answer="workbook"), 422, "invalid")


def test_137_bad_cells_among_10_000_rows_are_exactly_those(api, admin, department):
    rows = [
        row_of(name=f"系统{n}", code=f"C{n}", function="办理业务", investment=n, network="互联网")
        for n in range(10_000)
    ]
    bad = {(n * 73 + 2, "investment"): "12万" for n in range(100)}
    bad |= {(n * 73 + 2, "network"): "月球" for n in range(37)}
    for (row, name), value in bad.items():
        rows[row - 2][PLACE[name]] = value
    content, begun = workbook_of(rows), time.monotonic()
    body = send(api(admin), content, dry_run="true").json()
    assert time.monotonic() - begun < 20
    assert body["faults_total"] == 137
    names = {HEADERS[place]: name for name, place in PLACE.items()}
    assert {(f["row"], names[f["header"]]) for f in body["faults"]} == set(bad)
    assert counts(body) == [10_000, 9_900, 0, 0, 100]
    assert not InformationSystem.objects.exists()


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"no workbook", XLSX, 400, "workbook-unreadable"),
        (b"a,b\r\n1,2\r\n", "text/csv", 400, "form-unreadable"),
        ("业务系统名称,系统名称\r\n1,2\r\n".encode(), "text/csv", 400, "form-unreadable"),
        ("业务系统名称\r\n甲\r\n".encode("gb18030"), "text/csv", 400, "form-unreadable"),
        (b"x", "text/csv; charset=big5", 400, "form-unreadable"),
        (b"", "text/csv", 400, "malformed"),
        (b"{}", "application/json", 415, "unsupported-media-type"),
    ],
)
def test_a_file_that_is_no_form_is_refused(
    api, admin, assert_problem, content, media_type, status, code
):
    assert_problem(send(api(admin), content, media_type), status, code)
    assert not InformationSystem.objects.exists()


def test_too_many_rows_are_refused(api, admin, assert_problem):
    csv = "业务系统名称\r\n" + "甲\r\n" * 50_010
    assert_problem(send(api(admin), csv.encode(), "text/csv"), 413, "form-too-large")
