"""One system's pages: its steps, its documents, its versions, its signals."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AuditEvent, SignalYear
from accounts.portal.sparks import bars, by_month, last_months
from tests.factories.accounts import CredentialFactory, SystemFactory
from tests.factories.cases import case_in
from tests.factories.registers import full_system
from tests.portal import text

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 approved"


def test_a_step_moves_the_system_and_is_kept_with_its_reason(admin, department):
    row = SystemFactory(department=department)
    page = text(admin.get(f"/systems/{row.pk}"))
    assert f'action="/systems/{row.pk}/steps/suspend"' in page
    assert f'action="/systems/{row.pk}/steps/resume"' not in page
    form = {"reason": "机房搬迁", "document": "民信〔2026〕3号"}
    assert admin.post(f"/systems/{row.pk}/steps/suspend", form).status_code == 302
    row.refresh_from_db()
    assert row.state == "suspended"
    page = text(admin.get(f"/systems/{row.pk}"))
    assert "系统已暂停使用。" in page
    assert "机房搬迁" in page
    assert AuditEvent.objects.get(verb="system.suspended").detail["document"] == "民信〔2026〕3号"


def test_a_step_without_its_reason_changes_nothing(admin, department):
    row = CredentialFactory(system__department=department).system
    answer = admin.post(f"/systems/{row.pk}/steps/retire", {})
    assert answer.status_code == 422
    assert 'href="#move_reason"' in text(answer)
    row.refresh_from_db()
    assert row.state == "in_operation"


def test_a_merge_goes_into_a_system_of_ones_own(admin, department):
    row, into = SystemFactory(department=department), SystemFactory(department=department)
    foreign = SystemFactory()
    page = text(admin.get(f"/systems/{row.pk}"))
    assert str(into.pk) in page
    assert str(foreign.pk) not in page
    form = {"into": str(into.pk), "reason": "职责调整"}
    assert admin.post(f"/systems/{row.pk}/steps/merge", form).status_code == 302
    row.refresh_from_db()
    assert row.state == "being_merged"


def test_the_authority_accepts_or_returns_a_filing(visitor, department):
    row = full_system(department=department, filing_state="submitted")
    authority = visitor("authority")
    form = {"reason": "请补充经费渠道"}
    assert authority.post(f"/systems/{row.pk}/steps/return", form).status_code == 302
    row.refresh_from_db()
    assert (row.filing_state, row.filing_reason) == ("returned", "请补充经费渠道")
    page = text(visitor("department_admin", department).get(f"/systems/{row.pk}"))
    assert "请补充经费渠道" in page


def test_several_filings_are_accepted_at_once(visitor):
    rows = [full_system(filing_state="submitted", code=f"S-{n}") for n in range(2)]
    authority = visitor("authority")
    assert 'name="pick"' in text(authority.get("/systems?filing=submitted"))
    form = {"bulk": "accept", "pick": [str(row.pk) for row in rows], "confirmed": "1"}
    assert authority.post("/systems", form).status_code in (200, 302)
    for row in rows:
        row.refresh_from_db()
    assert {row.filing_state for row in rows} == {"accepted"}


def test_who_only_reads_is_offered_no_step(visitor, department):
    row = SystemFactory(department=department)
    steward = visitor("steward", department)
    page = text(steward.get(f"/systems/{row.pk}"))
    assert 'method="post"' not in page.split("<main")[1]
    assert "修改登记内容" not in page
    answer = steward.post(f"/systems/{row.pk}/steps/suspend", {"reason": "x"})
    assert answer.status_code == 403
    row.refresh_from_db()
    assert row.state == "in_operation"


def test_an_open_case_is_named(admin, department):
    case = case_in("notified", system__department=department)
    page = text(admin.get(f"/systems/{case.system_id}"))
    assert f'href="/cases/{case.pk}"' in page


def test_documents_are_kept_and_taken_out(admin, department):
    row = SystemFactory(department=department)
    address = f"/systems/{row.pk}/edit/documents"
    sent = SimpleUploadedFile("批复.pdf", PDF)
    answer = admin.post(address, {"title": "立项批复", "document": sent})
    assert answer["Location"] == address
    kept = row.attachments.get()
    page = text(admin.get(address))
    assert "立项批复" in page
    assert admin.get(f"/systems/{row.pk}/documents/{kept.pk}").content == PDF
    assert admin.post(f"/systems/{row.pk}/documents/{kept.pk}/remove").status_code == 302
    assert not row.attachments.exists()
    assert AuditEvent.objects.filter(verb="attachment.removed").count() == 1


def test_a_document_of_another_kind_is_refused_on_the_page(admin, department):
    row = SystemFactory(department=department)
    sent = SimpleUploadedFile("批复.pdf", b"MZ not a pdf")
    answer = admin.post(f"/systems/{row.pk}/edit/documents", {"title": "批复", "document": sent})
    assert answer.status_code in (409, 422)
    assert 'value="批复"' in text(answer)
    assert not row.attachments.exists()


def test_the_signals_of_thirteen_months_are_bars_with_their_table(admin, department, time_machine):
    time_machine.move_to(date(2026, 3, 2))
    row = SystemFactory(department=department)
    days = [None] * 366
    days[0], days[1], days[31] = 5.0, 7.0, 0.0
    SignalYear.objects.create(system=row, kind="login", year=2026, days=days)
    page = text(admin.get(f"/systems/{row.pk}/signals"))
    assert "登录次数" in page
    assert '<td>2026-01</td><td class="number">12</td>' in page
    assert '<td>2026-02</td><td class="number">0</td>' in page
    assert '<td>2025-03</td><td class="number">未报送</td>' in page
    assert page.count("<rect") == 13
    assert 'style="' not in page


def test_a_system_of_which_nothing_is_told_says_so(admin, department):
    row = SystemFactory(department=department)
    assert "近13个月没有该系统的报送数据" in text(admin.get(f"/systems/{row.pk}/signals"))


def test_counts_are_added_up_and_of_gauges_the_largest_counts():
    months = last_months(date(2026, 3, 2))
    assert (len(months), months[0], months[-1]) == (13, date(2025, 3, 1), date(2026, 3, 1))
    days = [(date(2026, 3, 1), 4.0), (date(2026, 3, 2), 3.0)]
    assert by_month("login", days, months)[-1] == 7.0
    assert by_month("storage_gb", days, months)[-1] == 4.0
    drawn = bars([None, 0.0, 10.0], months[:3])
    assert [bar.kind for bar in drawn] == ["none", "zero", "some"]
    assert [bar.height for bar in drawn] == [2.0, 2.0, 52.0]


@pytest.mark.parametrize("place", ["", "/signals", "/relations", "/versions"])
def test_another_departments_pages_are_not_there(admin, place):
    assert admin.get(f"/systems/{SystemFactory().pk}{place}").status_code == 404


def test_the_page_asks_few_questions(admin, department, django_assert_max_num_queries):
    row = full_system(department=department)
    with django_assert_max_num_queries(22):
        admin.get(f"/systems/{row.pk}")
