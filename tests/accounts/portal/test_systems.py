"""The register in the portal: the list, one system, and taking in a form."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from accounts.actions.registers import change_system
from accounts.models import InformationSystem, SystemAttachment
from tests.factories.accounts import MemberFactory, SystemFactory
from tests.factories.cases import VerdictFactory
from tests.factories.registers import full_system, workbook_of
from tests.people import actor_for
from tests.portal import browser_of

pytestmark = pytest.mark.django_db
HEADERS = ["业务系统名称", "系统描述", "承载网络"]


@pytest.fixture
def admin(department):
    return MemberFactory(department=department, roles=["department_admin"])


def signed_in(member):
    return browser_of(member)


def text(answer):
    return answer.content.decode()


def upload(client, *rows):
    file = SimpleUploadedFile("登记表.xlsx", workbook_of(rows, HEADERS))
    return client.post("/systems/import", {"form": file, "charset": "utf-8"})


def test_the_list_has_state_verdict_and_filing_of_the_own_systems(admin, department):
    VerdictFactory(system=SystemFactory(department=department, name="考勤系统"))
    SystemFactory(department=department, name="婚姻系统", owner_level="office")
    other = SystemFactory(name="别家系统")
    page = text(signed_in(admin).get("/systems"))
    assert '<span class="badge bad">疑似僵尸</span>' in page
    assert '<span class="badge warn">须整合</span>' in page
    assert '<span class="badge warn">未备案</span>' in page
    assert other.name not in page
    found = text(signed_in(admin).get("/systems?q=婚姻&state=in_operation"))
    assert "婚姻系统" in found
    assert "考勤系统" not in found


def test_one_system_is_shown_with_what_changed_and_why(admin, department):
    row = full_system(department=department, name="婚姻系统")
    values = {"network": "internet"}
    change_system(
        row, actor=actor_for(admin), expected=None, values=values, change_message="依据批复"
    )
    page = text(signed_in(admin).get(f"/systems/{row.pk}"))
    assert "<del>电子政务外网</del> → <ins>互联网</ins>" in page
    assert "依据批复" in page
    assert admin.user.name in page
    assert "320.50" in page


def test_what_a_filing_lacks_is_said(admin, department):
    row = SystemFactory(department=department)
    page = text(signed_in(admin).get(f"/systems/{row.pk}"))
    assert "备案前尚缺" in page
    assert "预算项目名称" in page


def test_another_departments_system_and_its_documents_are_not_there(admin):
    row = SystemFactory()
    kept = SystemAttachment.objects.create(
        system=row, title="a", file_name="a.pdf", media_type="x", size=1, digest="x", content=b"x"
    )
    client = signed_in(admin)
    assert client.get(f"/systems/{row.pk}").status_code == 404
    assert client.get(f"/systems/{row.pk}/documents/{kept.pk}").status_code == 404


def test_a_form_is_looked_at_then_confirmed(admin, department):
    client = signed_in(admin)
    answer = upload(client, ["甲", "办理", "互联网"], ["乙", "办理", "月球"])
    page = text(answer)
    assert "<code>C3</code>" in page
    assert "不在可选值之内" in page
    assert not InformationSystem.objects.exists()
    token = answer.context["token"]
    marked = b"".join(client.get(f"/systems/import/{token}/marked").streaming_content)
    assert load_workbook(BytesIO(marked)).worksheets[0]["C3"].comment is not None
    done = client.post(
        f"/systems/import/{token}", {"mode": "partial", "change_message": "年度普查"}, follow=True
    )
    assert "新增 1 个系统，变更 0 个，无变化 0 个。" in text(done)
    row = InformationSystem.objects.get()
    assert (row.name, row.versions.get().change_message) == ("甲", "年度普查")
    assert client.post(f"/systems/import/{token}").status_code == 404


def test_an_upload_is_its_owners_alone(admin, department):
    token = upload(signed_in(admin), ["甲", "办理", ""]).context["token"]
    other = MemberFactory(department=department, roles=["department_admin"])
    assert signed_in(other).post(f"/systems/import/{token}").status_code == 404
    assert not InformationSystem.objects.exists()


def test_a_file_that_is_no_form_is_said_on_the_page(admin):
    file = SimpleUploadedFile("a.csv", b"PK\x03\x04nothing")
    answer = signed_in(admin).post("/systems/import", {"form": file})
    assert answer.status_code == 400
    assert "文件无法作为Excel工作簿读取" in text(answer)


def test_who_may_not_import_sees_no_way_to(department):
    client = signed_in(MemberFactory(department=department, roles=["steward"]))
    assert "/systems/import" not in text(client.get("/systems"))
    assert client.get("/systems/import").status_code == 403


def test_export_and_template_are_workbooks(admin, department):
    SystemFactory(department=department, name="甲")
    for address, rows in (("/systems/export", 2), ("/systems/template", 1)):
        content = b"".join(signed_in(admin).get(address).streaming_content)
        assert load_workbook(BytesIO(content)).worksheets[0].max_row == rows
