"""Proposals to merge: found, decided and followed up; what the table forbids leaves no trace."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.actions.merges import (
    abandon_merge,
    accept_merge,
    complete_merge,
    propose_merges,
    reject_merge,
)
from accounts.errors import MergedElsewhere, SystemNotRetired
from accounts.models import (
    AuditEvent,
    InformationSystem,
    MergeProposal,
    SignalYear,
    SystemHold,
    SystemRelation,
)
from accounts.states import MERGE
from kernel.errors import Forbidden, IllegalMove, Invalid
from tests.factories.accounts import DepartmentFactory, SystemFactory
from tests.factories.cases import MergeFactory, VerdictFactory, case_in

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SOON = date(2026, 6, 30)
DEEDS = {
    "accept": (accept_merge, {"finish_by": SOON}),
    "reject": (reject_merge, {"reason": "业务不同"}),
    "complete": (complete_merge, {}),
    "abandon": (abandon_merge, {"reason": "目标系统停建"}),
}


@pytest.fixture(autouse=True)
def monday(db, time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def office(department):
    """``office(cost)``: a system of an office of the department, unlike the others by name."""
    names = iter(["收养登记", "殡葬台账", "救灾物资", "养老补贴", "福彩统计"])
    return lambda cost="3.50", **more: SystemFactory(
        department=department,
        name=next(names),
        owner_level="office",
        maintenance_cost=cost,
        **more,
    )


@pytest.fixture
def main_system(department):
    return SystemFactory(department=department, name="民政一体化平台", user_count=900)


def everything():
    tables = (MergeProposal, InformationSystem, SystemRelation, AuditEvent)
    return {model: list(model.objects.order_by("pk").values()) for model in tables}


def retire(*systems):
    InformationSystem.objects.filter(pk__in=[row.pk for row in systems]).update(state="retired")


# Proposing.


def test_the_offices_systems_of_a_department_are_proposed_with_cost_and_risk(
    authority, department, main_system, office
):
    cheap, unknown = office("3.50", business_items=["收养"]), office(None)
    user = SystemFactory(name="审批系统")
    SystemRelation.objects.create(system=user, kind="uses", other=cheap)
    (made,) = propose_merges(actor=authority)
    assert (made.target, made.department_id, made.state) == (
        main_system,
        department.pk,
        "proposed",
    )
    assert set(made.systems.all()) == {cheap, unknown}
    assert made.reasons["freed_per_year"] == "3.50"
    assert made.reasons["cost_unknown"] == 1
    assert made.reasons["risk"] == "medium"
    by_id = {one["system"]: one for one in made.reasons["systems"]}
    assert by_id[str(cheap.pk)] == {
        "system": str(cheap.pk),
        "name": cheap.name,
        "department": str(department.pk),
        "department_name": department.name,
        "grounds": ["office_level"],
        "overlap": 0.0,
        "shared": [],
        "sentence_zh": "",
        "sentence_en": "",
        "maintenance_cost": "3.50",
        "dependants": {
            "systems": ["审批系统"],
            "holds": [],
            "subscriptions": 0,
            "risk": "medium",
        },
    }
    event = AuditEvent.objects.get()
    assert (event.verb, event.detail) == ("merge.proposed", {"systems": 2})


def test_holds_and_open_subscriptions_make_the_risk_high(authority, main_system, office):
    held, subscribed, free = office(), office(), office()
    SystemHold.objects.create(system=held, kind="dataset", reference=held.pk, note="低保对象")
    days = [None] * 366
    days[54:60] = [3, 2, None, 2, None, None]  # to 1 March
    SignalYear.objects.create(system=subscribed, kind="subscriptions_open", year=2026, days=days)
    (made,) = propose_merges(actor=authority)
    risks = {one["system"]: one["dependants"] for one in made.reasons["systems"]}
    assert risks[str(held.pk)]["holds"] == ["低保对象"]
    assert risks[str(subscribed.pk)]["subscriptions"] == 2
    assert risks[str(free.pk)]["risk"] == "low"
    assert made.reasons["risk"] == "high"


def test_a_replaceable_system_is_proposed_across_departments(authority):
    verdict = VerdictFactory(
        replacement=SystemFactory(name="统一办公平台"),
        findings={"Z2": {"level": "suspected", "zh": "功能重合九成", "en": "nine tenths"}},
    )
    (made,) = propose_merges(actor=authority)
    assert (made.target.name, list(made.systems.all())) == ("统一办公平台", [verdict.system])
    assert made.reasons["systems"][0]["grounds"] == ["replaceable"]
    assert made.reasons["systems"][0]["sentence_zh"] == "功能重合九成"


def test_a_department_proposes_for_itself_only(actor_of, department, main_system, office):
    mine = office()
    elsewhere = SystemFactory(owner_level="office")
    SystemFactory(department=elsewhere.department)
    admin = actor_of("department_admin", department)
    for asked in (None, elsewhere.department):
        with pytest.raises(Forbidden):
            propose_merges(actor=admin, department=asked)
    assert not MergeProposal.objects.exists()
    (made,) = propose_merges(actor=admin, department=department)
    assert list(made.systems.all()) == [mine]


def test_asking_again_proposes_nothing_again(authority, main_system, office):
    office()
    assert len(propose_merges(actor=authority)) == 1
    assert propose_merges(actor=authority) == []
    office()
    assert len(propose_merges(actor=authority)) == 1


def test_what_was_turned_down_rests_for_a_year(authority, main_system, office, time_machine):
    office()
    (made,) = propose_merges(actor=authority)
    reject_merge(made, actor=authority, reason="业务不同")
    assert propose_merges(actor=authority) == []
    time_machine.move_to(NOW + timedelta(days=366), tick=False)
    assert len(propose_merges(actor=authority)) == 1


@pytest.mark.parametrize("state", ["planned", "in_construction", "being_merged", "retired"])
def test_only_living_systems_are_proposed(authority, main_system, office, state):
    office(state=state)
    assert propose_merges(actor=authority) == []


def test_the_statements_do_not_grow_with_the_proposals(authority, django_assert_max_num_queries):
    for _ in range(20):
        department = SystemFactory().department
        SystemFactory.create_batch(2, department=department, owner_level="office")
    with django_assert_max_num_queries(15):
        made = propose_merges(actor=authority)
    assert [row.systems.count() for row in made] == [2] * 20


# Deciding.


def test_accepted_the_systems_are_being_merged(authority, main_system, office):
    systems = [office(), office(state="suspended")]
    made = accept_merge(
        MergeFactory(target=main_system, systems=systems), actor=authority, finish_by=SOON
    )
    assert (made.state, made.finish_by, made.decided_by) == ("accepted", SOON, authority.id)
    for system in systems:
        system.refresh_from_db()
        assert system.state == "being_merged"
    relations = SystemRelation.objects.values_list("system_id", "kind", "other_id")
    assert set(relations) == {(row.pk, "merged_into", main_system.pk) for row in systems}


def test_the_last_day_lies_ahead(authority, main_system, office):
    row = MergeFactory(target=main_system, systems=[office()])
    before = everything()
    with pytest.raises(Invalid):
        accept_merge(row, actor=authority, finish_by=NOW.date())
    assert everything() == before


def test_one_system_that_cannot_be_merged_stops_the_whole(authority, main_system, office):
    row = MergeFactory(target=main_system, systems=[office(), office(state="retired")])
    before = everything()
    with pytest.raises(IllegalMove):
        accept_merge(row, actor=authority, finish_by=SOON)
    assert everything() == before


def test_a_system_promised_to_another_target_stops_the_whole(authority, main_system, office):
    one = office()
    accept_merge(MergeFactory(systems=[one]), actor=authority, finish_by=SOON)
    row = MergeFactory(target=main_system, systems=[one])
    before = everything()
    with pytest.raises(MergedElsewhere):
        accept_merge(row, actor=authority, finish_by=SOON)
    assert everything() == before


def test_a_target_that_stands_still_takes_nobody_in(authority, main_system, office):
    row = MergeFactory(target=main_system, systems=[office()])
    InformationSystem.objects.filter(pk=main_system.pk).update(state="suspended")
    before = everything()
    with pytest.raises(Invalid):
        accept_merge(row, actor=authority, finish_by=SOON)
    assert everything() == before


# Following up.


def test_complete_when_all_are_retired_and_freed_once(authority, main_system, office):
    systems = [office("3.50"), office("10.00"), office(None)]
    row = accept_merge(
        MergeFactory(target=main_system, systems=systems), actor=authority, finish_by=SOON
    )
    retire(*systems[:2])
    before = everything()
    with pytest.raises(SystemNotRetired) as refused:
        complete_merge(row, actor=authority)
    assert refused.value.facts["systems"] == [systems[2].name]
    assert everything() == before
    retire(systems[2])
    case_in("completed", system=systems[0], money_freed=Decimal("3.50"))
    done = complete_merge(row, actor=authority)
    assert (done.state, done.money_freed, done.closed_at) == (
        "completed",
        Decimal("10.00"),
        NOW,
    )


def test_the_targets_department_says_that_it_is_done(actor_of, department, main_system, office):
    one = office()
    row = MergeFactory(target=main_system, systems=[one], state="accepted")
    retire(one)
    with pytest.raises(Forbidden):
        complete_merge(row, actor=actor_of("department_admin", DepartmentFactory()))
    done = complete_merge(row, actor=actor_of("department_admin", department))
    assert done.money_freed == Decimal("3.50")


def test_given_up_the_systems_work_on(authority, main_system, office):
    going, gone = office(), office()
    row = accept_merge(
        MergeFactory(target=main_system, systems=[going, gone]), actor=authority, finish_by=SOON
    )
    retire(gone)
    abandon_merge(row, actor=authority, reason="目标系统停建")
    going.refresh_from_db()
    gone.refresh_from_db()
    assert (going.state, gone.state) == ("in_operation", "retired")
    # What was merged before the end stays told.
    assert SystemRelation.objects.get().system_id == gone.pk


# Every step that the table forbids.


@pytest.mark.parametrize(
    ("state", "move"),
    [
        (state, move)
        for state in MERGE.states
        for move in MERGE.moves
        if not MERGE.allows(state, move)
    ],
)
def test_a_forbidden_step_is_refused_without_a_trace(authority, main_system, office, state, move):
    one = office(state="retired" if move == "complete" else "in_operation")
    row = MergeFactory(target=main_system, systems=[one], state=state)
    deed, words = DEEDS[move]
    before = everything()
    with pytest.raises(IllegalMove):
        deed(row, actor=authority, **words)
    assert everything() == before


@pytest.mark.parametrize("move", ["accept", "reject", "abandon"])
def test_a_department_does_not_decide(actor_of, department, main_system, office, move):
    row = MergeFactory(target=main_system, systems=[office()], state=MERGE.moves[move][0][0])
    deed, words = DEEDS[move]
    before = everything()
    with pytest.raises(Forbidden):
        deed(row, actor=actor_of("department_admin", department), **words)
    assert everything() == before


def test_the_departments_of_all_systems_see_the_proposal(actor_of, main_system):
    partner, stranger = DepartmentFactory(), DepartmentFactory()
    row = MergeFactory(target=main_system, systems=[SystemFactory(department=partner)])
    for department, sees in ((main_system.department, True), (partner, True), (stranger, False)):
        seen = MergeProposal.objects.visible_to(actor_of("steward", department))
        assert list(seen) == ([row] if sees else [])
