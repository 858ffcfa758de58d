"""Merge proposals in the portal: found, held side by side, decided."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import MergeProposal
from tests.factories.accounts import DepartmentFactory, SystemFactory
from tests.factories.cases import MergeFactory
from tests.portal import text

pytestmark = pytest.mark.django_db
NEXT_YEAR = (timezone.localdate() + timedelta(180)).isoformat()


def told(system, **more):
    return {
        "system": str(system.pk),
        "name": system.name,
        "department": str(system.department_id),
        "department_name": system.department.name,
        "grounds": ["overlap", "office_level"],
        "overlap": 0.93,
        "shared": ["公文办理"],
        "sentence_zh": "",
        "sentence_en": "",
        "maintenance_cost": "23.50",
        "dependants": {"systems": ["门户"], "holds": [], "subscriptions": 0, "risk": "medium"},
        **more,
    }


@pytest.fixture
def proposal(department):
    going = SystemFactory(department=department, name="部门OA系统", business_items=["公文办理"])
    target = SystemFactory(name="统一OA系统", business_items=["公文办理", "会议通知"])
    reasons = {
        "systems": [told(going)],
        "freed_per_year": "23.50",
        "cost_unknown": 0,
        "risk": "medium",
    }
    return MergeFactory(target=target, reasons=reasons, systems=[going])


def test_the_department_of_a_system_that_would_go_sees_the_proposal(admin, proposal):
    page = text(admin.get("/merges"))
    assert "统一OA系统" in page
    assert "部门OA系统" in page
    assert "23.50" in page
    page = text(admin.get(f"/merges/{proposal.pk}"))
    assert "93% 目标系统也有" in page
    assert "公文办理；会议通知" in page
    assert "门户" in page
    assert f'href="/systems/{proposal.target_id}"' not in page
    assert f'href="/systems/{proposal.systems.get().pk}"' in page
    assert f'action="/merges/{proposal.pk}/steps/accept"' not in page


def test_a_stranger_finds_nothing(visitor, proposal):
    stranger = visitor("department_admin", DepartmentFactory())
    assert "统一OA系统" not in text(stranger.get("/merges"))
    assert stranger.get(f"/merges/{proposal.pk}").status_code == 404
    answer = stranger.post(f"/merges/{proposal.pk}/steps/reject", {"reason": "x"})
    assert answer.status_code == 404
    proposal.refresh_from_db()
    assert proposal.state == "proposed"


def test_the_authority_orders_the_merge_and_follows_it_up(visitor, proposal):
    client, base = visitor("authority"), f"/merges/{proposal.pk}/steps"
    past = {"finish_by": "2020-01-01"}
    answer = client.post(f"{base}/accept", past)
    assert answer.status_code == 422
    assert "请选择今天之后的日期。" in text(answer)
    assert client.post(f"{base}/accept", {"finish_by": NEXT_YEAR}).status_code == 302
    assert proposal.systems.get().state == "being_merged"
    answer = client.post(f"{base}/complete", {})
    assert answer.status_code == 409
    assert "尚未停用" in text(answer)
    proposal.refresh_from_db()
    assert proposal.state == "accepted"


def test_a_rejected_proposal_moves_to_the_closed_ones(visitor, proposal):
    client = visitor("authority")
    form = {"reason": "业务不同"}
    assert client.post(f"/merges/{proposal.pk}/steps/reject", form).status_code == 302
    assert "统一OA系统" not in text(client.get("/merges"))
    assert "统一OA系统" in text(client.get("/merges?show=closed"))


def test_a_department_looks_through_its_own_systems(admin, visitor, department):
    same = {"business_items": ["考勤", "请假"], "data_items": ["工号"]}
    SystemFactory(department=department, name="考勤系统", user_count=10, **same)
    SystemFactory(department=department, name="考勤系统二期", user_count=5, **same)
    answer = admin.post("/merges/propose", follow=True)
    assert "现提出 1 项整合建议。" in text(answer)
    assert MergeProposal.objects.get().systems.get().name == "考勤系统二期"
    steward = visitor("steward", department)
    assert "/merges/propose" not in text(steward.get("/merges"))
    assert steward.post("/merges/propose").status_code == 403


def test_there_is_no_other_step(visitor, proposal):
    assert visitor("authority").post(f"/merges/{proposal.pk}/steps/forget").status_code == 404
