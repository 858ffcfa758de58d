"""Relations of a system in the portal: drawn, listed, added by name, taken back."""

from itertools import pairwise

import pytest

from accounts.actions.relations import relate_systems
from accounts.models import SystemRelation
from accounts.portal.graph import BOX_HEIGHT, BOX_WIDTH, Neighbour, draw, short
from kernel.models import uuid7
from tests.factories.accounts import SystemFactory
from tests.people import actor_for, member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


def related(row, other, kind="uses"):
    return SystemRelation.objects.create(system=row, other=other, kind=kind)


def test_relations_stand_in_a_drawing_and_in_a_table(admin, department):
    row = SystemFactory(department=department, name="婚姻登记系统")
    near, far = SystemFactory(department=department), SystemFactory(name="人口库")
    related(row, far)
    related(near, row, "supplies")
    page = text(admin.get(f"/systems/{row.pk}/relations"))
    assert page.count('class="graph-box"') == 2
    assert page.count('class="graph-box here"') == 1
    assert f'<a href="/systems/{near.pk}">' in page
    assert f'<a href="/systems/{far.pk}">' not in page
    assert page.count('<td data-label="对方系统"') == 2
    assert 'style="' not in page


def test_a_system_of_another_department_is_found_and_related(admin, department):
    row, other = SystemFactory(department=department), SystemFactory(name="人口信息管理系统")
    address = f"/systems/{row.pk}/relations?q=人口"
    page = text(admin.get(address))
    assert f'value="{other.pk}"' in page
    assert other.department.name in page
    form = {"kind": "uses", "other": str(other.pk), "note": "每日取数"}
    assert admin.post(address, form).status_code == 302
    made = SystemRelation.objects.get()
    assert (made.system, made.kind, made.other, made.note) == (row, "uses", other, "每日取数")
    answer = admin.post(address, form)
    assert answer.status_code == 409
    assert SystemRelation.objects.count() == 1


def test_a_system_that_is_not_there_is_refused_beside_its_field(admin, department):
    row = SystemFactory(department=department, name="人口系统")
    SystemFactory(name="人口库")
    form = {"kind": "uses", "other": str(uuid7())}
    answer = admin.post(f"/systems/{row.pk}/relations?q=人口", form)
    assert answer.status_code == 422
    assert "没有这个系统。" in text(answer)
    assert not SystemRelation.objects.exists()


def test_one_takes_back_what_one_said_oneself(admin, department):
    row, other = SystemFactory(department=department), SystemFactory()
    own, others = related(row, other), related(other, row, "supplies")
    base = f"/systems/{row.pk}/relations"
    assert f"{base}/{others.pk}/remove" not in text(admin.get(base))
    assert admin.post(f"{base}/{others.pk}/remove").status_code == 404
    assert admin.post(f"{base}/{own.pk}/remove").status_code == 302
    assert list(SystemRelation.objects.all()) == [others]


def test_a_relation_that_a_merge_rests_on_stays(admin, department):
    row = SystemFactory(department=department, state="being_merged")
    fixed = related(row, SystemFactory(), "merged_into")
    answer = admin.post(f"/systems/{row.pk}/relations/{fixed.pk}/remove")
    assert answer.status_code == 409
    assert SystemRelation.objects.get() == fixed


def test_who_only_reads_learns_no_names_of_others(department):
    row, other = SystemFactory(department=department), SystemFactory(name="人口库")
    steward = browser_of(member_with(("steward",), department))
    page = text(steward.get(f"/systems/{row.pk}/relations?q=人口"))
    assert str(other.pk) not in page
    assert steward.post(f"/systems/{row.pk}/relations", {}).status_code == 403


def test_names_are_found_by_the_api_too(api, department, assert_problem):
    row = SystemFactory(department=department)
    other = SystemFactory(name="人口信息管理系统")
    member = member_with(("department_admin",), department)
    address = f"/api/v1/systems/{row.pk}/relations/candidates"
    found = api(member).get(address, {"q": "人口"}).json()["items"]
    assert found == [
        {"id": str(other.pk), "name": other.name, "department_name": other.department.name}
    ]
    assert_problem(api(member).get(address), 422, "invalid")
    steward = member_with(("steward",), department)
    assert_problem(api(steward).get(address, {"q": "人口"}), 403, "forbidden")


def test_the_drawing_keeps_its_boxes_apart_and_inside():
    many = [Neighbour(f"系统{n}", "部门", "", "使用") for n in range(14)]
    drawn = draw("甲", "部门", many, many[:2])
    left = sorted(box.y for box in drawn.boxes if box.x == 1)
    assert len(left) == 12
    assert min(b - a for a, b in pairwise(left)) > BOX_HEIGHT
    assert all(box.y >= 0 and box.y + BOX_HEIGHT <= drawn.height for box in drawn.boxes)
    assert all(box.x > 0 and box.x + BOX_WIDTH < drawn.width for box in drawn.boxes)
    assert drawn.left_out == 2
    assert len(drawn.arrows) == 14


def test_long_names_are_cut_by_their_width():
    assert short("a" * 30) == "a" * 30
    assert short("示例" * 10) == "示例" * 7 + "示…"


def test_the_action_and_the_page_refuse_alike(department):
    row = SystemFactory(department=department)
    member = member_with(("department_admin",), department)
    other = SystemFactory()
    made = relate_systems(row, actor=actor_for(member), kind="uses", other_id=other.pk)
    page = text(browser_of(member).get(f"/systems/{row.pk}/relations"))
    assert f"/relations/{made.pk}/remove" in page
