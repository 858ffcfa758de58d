"""Versions, relations, documents, filing and filters of the register over the API."""

import pytest

from accounts.actions.attachments import MOST_BYTES, clean_name
from accounts.models import AuditEvent, InformationSystem, SystemAttachment, SystemRelation
from tests.factories.accounts import SystemFactory
from tests.factories.cases import VerdictFactory
from tests.factories.registers import FULL, full_system

pytestmark = pytest.mark.django_db
SYSTEMS = "/api/v1/systems"
PDF = b"%PDF-1.7\n%%EOF"
GROUPED = {
    "code": "MZ-001",
    "ownership": {"owner_level": "office", "internal_office": "社会事务处"},
    "funding": {"investment": "320.50", "approved_on": "2018-03-15"},
    "use": {"season": [10, 3, 3], "business_items": ["结婚登记"], "user_count": 30},
}


@pytest.fixture
def admin(member_of, department):
    return member_of("department_admin", department)


def attach(client, system, content=PDF, name="立项批复.pdf", title="立项文件"):
    address = f"{SYSTEMS}/{system.pk}/attachments?title={title}&file_name={name}"
    return client.generic("POST", address, content, content_type="application/octet-stream")


def test_a_system_is_registered_with_its_groups_and_shown_with_them(api, admin, department):
    body = {"department": str(department.pk), "name": "甲", "function": "乙", **GROUPED}
    made = api(admin).post(SYSTEMS, body).json()
    assert made["funding"]["investment"] == "320.50"
    assert made["use"]["season"] == [3, 10]
    assert made["ownership"]["internal_office"] == "社会事务处"
    assert made["must_be_merged"] is True
    assert made["filing"] == {"state": "draft", "reason": "", "filed_at": None, "moves": ["file"]}
    assert api(admin).get(f"{SYSTEMS}/{made['id']}").json() == made


def test_a_change_needs_its_version_and_its_message(api, admin, department, assert_problem):
    row, client = SystemFactory(department=department), api(admin)
    address, body = f"{SYSTEMS}/{row.pk}", {"funding": {"maintenance_cost": "18.5"}}
    assert_problem(client.patch(address, body), 428, "precondition-required")
    answer = client.patch(address, body, HTTP_IF_MATCH='"1"')
    assert assert_problem(answer, 422, "invalid")["errors"][0]["pointer"] == "#/change_message"
    row.refresh_from_db()
    assert (row.version, row.maintenance_cost) == (1, None)
    told = body | {"change_message": "依据合同"}
    answer = client.patch(address, told, HTTP_IF_MATCH='"1"')
    assert (answer.status_code, answer["ETag"]) == (200, '"2"')
    assert answer.json()["funding"]["maintenance_cost"] == "18.50"
    assert_problem(client.patch(address, told, HTTP_IF_MATCH='"1"'), 412, "stale")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"funding": {"investment": "1.234"}}, "#/funding/investment"),
        ({"funding": {"investment": "-1"}}, "#/funding/investment"),
        ({"use": {"season": [13]}}, "#/use/season/0"),
        ({"use": {"data_items": ["甲；乙"]}}, "#/use/data_items/0"),
        ({"use": {"started_on": "1200-01-01"}}, "#/use/started_on"),
        ({"use": {"nonsense": 1}}, "#/use/nonsense"),
        ({"ownership": {"owner_level": ""}}, "#/ownership/owner_level"),
        ({"function": "a\x07b"}, "#/function"),
        ({"state": "retired"}, "#/state"),
    ],
)
def test_a_wrong_value_is_named_within_its_group(
    api, admin, department, assert_problem, body, pointer
):
    row = SystemFactory(department=department)
    told = body | {"change_message": "更正"}
    answer = api(admin).patch(f"{SYSTEMS}/{row.pk}", told, HTTP_IF_MATCH='"1"')
    errors = assert_problem(answer, 422, "invalid")["errors"]
    assert [error["pointer"] for error in errors] == [pointer]


def test_versions_are_listed_with_what_they_changed(api, admin, department, assert_problem):
    row, client = full_system(department=department), api(admin)
    for number, network in enumerate(["internet", "intranet"], 1):
        told = {"network": network, "change_message": f"第{number}次"}
        client.patch(f"{SYSTEMS}/{row.pk}", told, HTTP_IF_MATCH=f'"{number}"')
    address = f"{SYSTEMS}/{row.pk}/versions"
    items = client.get(address).json()["items"]
    assert [item["number"] for item in items] == [3, 2, 1]
    assert items[0]["change_message"] == "第2次"
    assert items[0]["changes"] == [
        {
            "name": "network",
            "title": "承载网络",
            "old": "internet",
            "new": "intranet",
            "old_label": "互联网",
            "new_label": "电子政务内网",
        }
    ]
    assert items[2]["changes"] == []
    assert [i["number"] for i in client.get(f"{address}?limit=1").json()["items"]] == [3]
    assert client.get(f"{address}/1").json()["values"]["network"] == "extranet"
    far = client.get(f"{address}/3/diff?with=1").json()
    assert (far["old_version"], far["new_version"]) == (1, 3)
    assert far["changes"][0]["old_label"] == "电子政务外网"
    near = client.get(f"{address}/3/diff").json()
    assert (near["old_version"], near["changes"][0]["old_label"]) == (2, "互联网")
    for absent in ("4", "x", "0"):
        assert_problem(client.get(f"{address}/{absent}"), 404, "not-found")
    assert_problem(client.get(f"{address}/3/diff?with=9"), 404, "not-found")


def test_a_filing_goes_to_the_authority_and_back(api, admin, department, member_of, assert_problem):
    row = full_system(department=department)
    address, authority = f"{SYSTEMS}/{row.pk}", api(member_of("authority"))
    filed = api(admin).post(f"{address}/file").json()["filing"]
    assert (filed["state"], filed["moves"]) == ("submitted", ["accept", "return"])
    assert_problem(api(admin).post(f"{address}/accept"), 403, "forbidden")
    returned = authority.post(f"{address}/return", {"reason": "缺批复"}).json()["filing"]
    assert (returned["state"], returned["reason"]) == ("returned", "缺批复")
    api(admin).post(f"{address}/file", {"reason": ""})
    assert authority.post(f"{address}/accept").json()["filing"]["state"] == "accepted"
    assert_problem(authority.post(f"{address}/accept"), 409, "illegal-move")


def test_an_incomplete_filing_shows_every_fault(api, admin, department, assert_problem):
    row = SystemFactory(department=department)
    answer = api(admin).post(f"{SYSTEMS}/{row.pk}/file")
    body = assert_problem(answer, 422, "filing-incomplete")
    assert len(body["errors"]) == 9
    assert body["errors"][0]["pointer"] == "#/funding/project_name"


def test_similar_systems_are_listed(api, admin, department):
    row = full_system(department=department, name="婚姻登记信息系统")
    other = full_system(name="婚姻登记管理平台")
    [item] = api(admin).get(f"{SYSTEMS}/{row.pk}/similar").json()["items"]
    assert (item["id"], item["score"]) == (str(other.pk), 1.0)


def test_relations_of_both_directions(api, admin, department, assert_problem):
    row, other = SystemFactory(department=department), SystemFactory()
    address, client = f"{SYSTEMS}/{row.pk}/relations", api(admin)
    made = client.post(address, {"kind": "uses", "other": str(other.pk), "note": "取代码"})
    assert made.status_code == 201
    SystemRelation.objects.create(system=other, kind="supplies", other=row)
    items = client.get(address).json()["items"]
    assert [(item["kind"], item["other_name"]) for item in items] == [
        ("uses", other.name),
        ("supplies", row.name),
    ]
    assert_problem(
        client.delete(f"{address}/{items[1]['id']}", HTTP_IF_MATCH='"1"'), 404, "not-found"
    )
    assert client.delete(f"{address}/{items[0]['id']}", HTTP_IF_MATCH='"1"').status_code == 204
    assert SystemRelation.objects.count() == 1


def test_a_document_is_kept_once_and_given_as_a_download(api, admin, department):
    row, client = SystemFactory(department=department), api(admin)
    made = attach(client, row)
    assert made.status_code == 201
    assert (made.json()["media_type"], made.json()["size"]) == ("application/pdf", len(PDF))
    assert attach(client, row).json()["id"] == made.json()["id"]
    address = f"{SYSTEMS}/{row.pk}/attachments"
    assert len(client.get(address).json()["items"]) == 1
    got = client.get(f"{address}/{made.json()['id']}/content")
    assert (got.content, got["Content-Type"]) == (PDF, "application/pdf")
    assert got["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert got["Content-Security-Policy"].startswith("sandbox")
    gone = client.delete(f"{address}/{made.json()['id']}", HTTP_IF_MATCH='"1"')
    assert gone.status_code == 204
    assert AuditEvent.objects.get(verb="attachment.removed").detail["title"] == "立项文件"


@pytest.mark.parametrize(
    ("content", "name", "status", "code"),
    [
        (b"MZ\x90\x00", "立项.pdf", 422, "attachment-refused"),
        (b"<script>alert(1)</script>", "a.pdf", 422, "attachment-refused"),
        (PDF, "a.docx", 422, "attachment-refused"),
        (PDF + b"\0" * MOST_BYTES, "a.pdf", 413, "attachment-too-large"),
        (b"", "a.pdf", 400, "malformed"),
        (PDF, "", 422, "invalid"),
    ],
)
def test_what_is_no_document_is_refused(
    api, admin, department, assert_problem, content, name, status, code
):
    row = SystemFactory(department=department)
    assert_problem(attach(api(admin), row, content, name), status, code)
    assert not SystemAttachment.objects.exists()


def test_fifty_documents_are_the_most(api, admin, department, assert_problem):
    row = SystemFactory(department=department)
    SystemAttachment.objects.bulk_create(
        SystemAttachment(
            system=row,
            title=str(n),
            file_name="a.pdf",
            media_type="x",
            size=1,
            digest=str(n),
            content=b"x",
        )
        for n in range(50)
    )
    assert_problem(attach(api(admin), row), 409, "too-many-attachments")
    assert SystemAttachment.objects.count() == 50


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\docs\\a.pdf", "a.pdf"),
        ('a"b\r\n.pdf', "a_b__.pdf"),
        ("\u202efdp.exe.pdf", "_fdp.exe.pdf"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
    ],
)
def test_a_file_name_is_only_a_name(name, kept):
    assert clean_name(name) == kept


def test_a_wall_stands_between_departments(api, member_of, assert_problem):
    row = full_system()
    kept = SystemAttachment.objects.create(
        system=row, title="a", file_name="a.pdf", media_type="x", size=1, digest="x", content=b"x"
    )
    stranger, address = api(member_of("department_admin")), f"{SYSTEMS}/{row.pk}"
    for path in (
        "",
        "/versions",
        "/versions/1",
        "/relations",
        "/attachments",
        "/similar",
        f"/attachments/{kept.pk}/content",
    ):
        assert_problem(stranger.get(address + path), 404, "not-found")
    reason = {"reason": "x"}
    for path, body in (("/file", {}), ("/retire", reason), ("/accept", {}), ("/return", reason)):
        assert_problem(stranger.post(address + path, body), 404, "not-found")
    told = {"function": "窃改", "change_message": "x"}
    assert_problem(stranger.patch(address, told, HTTP_IF_MATCH='"1"'), 404, "not-found")
    assert_problem(attach(stranger, row), 404, "not-found")
    row.refresh_from_db()
    assert (row.version, row.function) == (1, FULL["function"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=50%25", ["达标50%"]),
        ("q=a_b", ["a_b"]),
        ("q=C-7", ["a_b"]),
        ("network=internet", ["达标50%"]),
        ("owner_level=office", ["a_b"]),
        ("filing_state=accepted", ["达标50%"]),
        ("state=suspended", ["axb"]),
        ("level=suspected", ["axb"]),
    ],
)
def test_the_list_is_found_by_filters(api, admin, department, query, found):
    SystemFactory(
        department=department, name="达标50%", network="internet", filing_state="accepted"
    )
    SystemFactory(department=department, name="a_b", code="C-7", owner_level="office")
    VerdictFactory(system=SystemFactory(department=department, name="axb", state="suspended"))
    items = api(admin).get(f"{SYSTEMS}?{query}").json()["items"]
    assert [item["name"] for item in items] == found


def test_who_may_not_see_verdicts_does_not_learn_them_from_a_filter(api, member_of):
    verdict = VerdictFactory()
    operator, authority = api(member_of("operator")), api(member_of("authority"))
    address = f"{SYSTEMS}/{verdict.system_id}"
    assert operator.get(address).json()["verdict"] is None
    assert authority.get(address).json()["verdict"] == "suspected"
    assert operator.get(f"{SYSTEMS}?level=suspected").json()["items"] == []
    assert len(authority.get(f"{SYSTEMS}?level=suspected").json()["items"]) == 1


def test_an_export_follows_the_filters(api, admin, department):
    SystemFactory(department=department, name="甲", network="internet")
    SystemFactory(department=department, name="乙")
    answer = api(admin).get(f"{SYSTEMS}/export?as=csv&network=internet")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert len(text.splitlines()) == 2
    assert "甲" in text
    assert InformationSystem.objects.count() == 2
