"""Supply and demand: every step, who may take it, and what a refusal leaves alone."""

from datetime import UTC, date, datetime

import pytest

from accounts.actions.calendar import load_calendar_year
from accounts.actor import CLOCK
from accounts.errors import DepartmentClosed, SamePerson
from accounts.models import AuditEvent
from catalog.actions.demands import (
    accept_demand,
    demands_like,
    dispute_demand,
    merge_demand,
    offer_demand,
    recompute_demands,
    refuse_demand,
    reroute_demand,
    route_demand,
    settle_demand,
    submit_demand,
    withdraw_demand,
)
from catalog.errors import DemandShared, MergeTargetAnswered
from catalog.models import Demand
from catalog.states import DEMAND
from kernel.errors import Forbidden, IllegalMove, Invalid
from tests.factories.accounts import DepartmentFactory
from tests.factories.catalog import published_resource
from tests.factories.demands import DemandFactory, demand_in
from tests.threads import side_by_side

NOW = datetime(2025, 9, 25, 1, 0, tzinfo=UTC)  # Thursday, 09:00 in China
NEED = {
    "title": "外出务工人员登记信息",
    "description": "核实留守儿童父母的务工地点。",
    "basis": "《未成年人保护法》第二十二条",
    "scenario": "核实监护情况",
}
LAW = {"reason": "依法不予提供", "legal_basis": "《监察法》第三十九条"}


@pytest.fixture
def monday(db, time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def asker(cast):
    return cast.actor("third steward")


@pytest.fixture
def head(cast):
    """The head of the department that answers."""
    return cast.actor("head")


@pytest.fixture
def authority(cast):
    return cast.actor("authority")


def everything():
    return list(Demand.objects.order_by("pk").values()), list(AuditEvent.objects.values("pk"))


def refused(kind, deed, *given, **values):
    """The deed is refused so, and nothing has changed."""
    before = everything()
    with pytest.raises(kind) as caught:
        deed(*given, **values)
    assert everything() == before
    return caught.value


def test_a_department_states_what_it_needs(cast, asker):
    demand = submit_demand(actor=asker, wanted_items=["姓名", "务工地点"], **NEED)

    assert (demand.state, demand.department) == ("submitted", cast.third)
    assert demand.wanted_items == ["姓名", "务工地点"]
    assert AuditEvent.objects.get().verb == "demand.submitted"


def test_nothing_is_needed_in_the_past(monday, asker):
    found = refused(Invalid, submit_demand, actor=asker, needed_by=date(2025, 9, 24), **NEED)
    assert found.facts["errors"][0]["code"] == "in-the-past"
    assert submit_demand(actor=asker, needed_by=date(2025, 9, 25), **NEED).pk


@pytest.mark.parametrize("who", ["head", "authority", "desk", "auditor", "operator"])
def test_only_stewards_state_needs(cast, who):
    refused(Forbidden, submit_demand, actor=cast.actor(who), **NEED)


def test_the_term_to_answer_is_counted_in_workdays(monday, official_calendar, cast, authority):
    demand = route_demand(
        DemandFactory(), actor=authority, department=cast.civil, reason="属其职责", workdays=10
    )

    assert (demand.state, demand.routed_to) == ("routed", cast.civil)
    # The National Day holiday and its moved weekends lie between.
    assert (demand.answer_by, demand.is_provisional) == (date(2025, 10, 15), False)
    trace = AuditEvent.objects.get(verb="demand.routed")
    assert trace.detail == {
        "department": str(cast.civil.pk),
        "workdays": 10,
        "answer_by": "2025-10-15",
    }


def test_a_term_across_a_year_without_calendar_is_settled_once_when_the_calendar_has_come(
    monday, cast, authority
):
    demand = route_demand(
        DemandFactory(), actor=authority, department=cast.civil, reason="属其职责", workdays=5
    )
    assert (demand.answer_by, demand.is_provisional) == (date(2025, 10, 2), True)
    assert recompute_demands(actor=CLOCK) == 0

    holidays = {date(2025, 10, day): False for day in range(1, 9)}
    load_calendar_year(2025, holidays, "国办发明电〔2024〕12号", actor=CLOCK)

    assert (recompute_demands(actor=CLOCK), recompute_demands(actor=CLOCK)) == (1, 0)
    demand.refresh_from_db()
    assert (demand.answer_by, demand.is_provisional) == (date(2025, 10, 10), False)


@pytest.mark.parametrize("workdays", [0, 61])
def test_a_term_is_1_to_60_workdays(cast, authority, workdays):
    asked = {"department": cast.civil, "reason": "属其职责", "workdays": workdays}
    refused(Invalid, route_demand, DemandFactory(), actor=authority, **asked)


def test_a_demand_is_not_routed_back_to_who_asks_nor_to_a_closed_department(cast, authority):
    closed = DepartmentFactory(is_active=False)
    demand = DemandFactory(department=cast.third)

    found = refused(
        Invalid, route_demand, demand, actor=authority, department=cast.third, reason="x"
    )
    assert found.facts["errors"][0]["pointer"] == "#/department"
    refused(DepartmentClosed, route_demand, demand, actor=authority, department=closed, reason="x")


def test_the_desk_routes_and_may_route_anew_before_the_answer(cast):
    demand = demand_in("routed", routed_to=cast.bureau)

    route_demand(demand, actor=cast.actor("desk"), department=cast.civil, reason="职责划转")

    demand.refresh_from_db()
    assert demand.routed_to == cast.civil
    assert demand.answer_workdays == 10


@pytest.mark.parametrize("who", ["steward", "head", "third steward", "auditor", "operator"])
def test_departments_route_nothing(cast, who):
    refused(
        Forbidden,
        route_demand,
        DemandFactory(),
        actor=cast.actor(who),
        department=cast.civil,
        reason="x",
    )


def test_the_department_offers_its_own_resource_in_force(cast, head):
    demand, resource = demand_in("routed", routed_to=cast.civil), published_resource(cast.civil)

    offer_demand(demand, actor=head, resource=resource, reason="已发布")

    demand.refresh_from_db()
    assert (demand.state, demand.resource) == ("offered", resource)
    assert (demand.answered_by, demand.answer_reason) == (head.id, "已发布")
    assert AuditEvent.objects.get().detail == {"resource": str(resource.pk), "late": False}


@pytest.mark.parametrize(
    ("whose", "entry", "code"),
    [
        ("bureau", {}, "not-own-resource"),
        ("civil", {"share_type": "not_shared"}, "not-shared"),
        ("civil", None, "not-in-force"),
    ],
)
def test_what_cannot_be_shared_is_no_offer(cast, head, whose, entry, code):
    department = getattr(cast, whose)
    resource = cast.resource() if entry is None else published_resource(department, **entry)
    demand = demand_in("routed", routed_to=cast.civil)

    found = refused(Invalid, offer_demand, demand, actor=head, resource=resource)
    assert found.facts["errors"][0]["code"] == code


def test_a_refusal_names_its_basis(cast, head):
    demand = refuse_demand(demand_in("routed", routed_to=cast.civil), actor=head, **LAW)

    assert (demand.state, demand.legal_basis) == ("refused", LAW["legal_basis"])
    assert AuditEvent.objects.get().detail["legal_basis"] == LAW["legal_basis"]


@pytest.mark.parametrize("who", ["steward", "third head", "authority", "desk", "auditor"])
def test_only_the_head_of_the_department_asked_answers(cast, who):
    demand, resource = demand_in("routed", routed_to=cast.civil), published_resource(cast.civil)
    actor = cast.actor(who)

    refused(Forbidden, refuse_demand, demand, actor=actor, **LAW)
    refused(Forbidden, offer_demand, demand, actor=actor, resource=resource)


def test_whoever_lost_the_demand_by_a_new_route_answers_no_more(cast, head):
    as_read = demand_in("routed", routed_to=cast.civil)
    Demand.objects.filter(pk=as_read.pk).update(routed_to=cast.bureau)

    refused(Forbidden, refuse_demand, as_read, actor=head, **LAW)


def test_an_offer_is_accepted_by_who_asked(cast, asker):
    resource = published_resource(cast.civil)
    offered = demand_in("offered", department=cast.third, routed_to=cast.civil, resource=resource)

    refused(Forbidden, accept_demand, offered, actor=cast.actor("steward"))
    assert accept_demand(offered, actor=asker).state == "met"


def test_a_refusal_is_disputed_and_settled_by_the_authority(cast, asker, authority):
    demand = demand_in("refused", department=cast.third, routed_to=cast.civil)

    dispute_demand(demand, actor=asker, reason="条款不适用")
    settled = settle_demand(demand, actor=authority, settlement="拒绝成立")

    assert (settled.state, settled.settlement) == ("settled", "拒绝成立")
    assert settled.settled_by == authority.id
    assert settled.answer_reason == "依法不予提供"


def test_whoever_answered_does_not_judge_the_answer(cast, actor_of):
    both = actor_of("authority", cast.civil, "head")
    demand = demand_in("disputed", routed_to=cast.civil, answered_by=both.id)

    refused(SamePerson, settle_demand, demand, actor=both, settlement="拒绝成立")
    refused(
        SamePerson, reroute_demand, demand, actor=both, department=cast.bureau, reason="重新答复"
    )


def test_a_dispute_that_is_right_gets_a_new_answer_and_the_old_one_stands_in_the_trail(
    cast, authority
):
    demand = demand_in("disputed", routed_to=cast.civil)

    reroute_demand(demand, actor=authority, department=cast.civil, reason="依据不成立", workdays=5)

    demand.refresh_from_db()
    assert (demand.state, demand.answer_workdays) == ("routed", 5)
    assert (demand.answer_reason, demand.legal_basis, demand.answered_at) == ("", "", None)
    detail = AuditEvent.objects.get(verb="demand.rerouted").detail
    assert (detail["disputed"], detail["answer_before"]) == ("条款不适用", "依法不予提供")


def test_similar_demands_are_merged_and_their_own_go_along(cast):
    first, second, third = (DemandFactory() for _ in range(3))
    desk = cast.actor("desk")

    merge_demand(third, actor=desk, into=second)
    merge_demand(second, actor=desk, into=first)

    rows = {row.pk: row for row in Demand.objects.all()}
    assert rows[first.pk].state == "submitted"
    assert (rows[second.pk].state, rows[second.pk].merged_into_id) == ("merged", first.pk)
    assert (rows[third.pk].state, rows[third.pk].merged_into_id) == ("merged", first.pk)


def test_nothing_is_merged_into_itself_or_into_what_is_answered(cast, authority):
    demand, answered = DemandFactory(), demand_in("refused")

    refused(Invalid, merge_demand, demand, actor=authority, into=demand)
    found = refused(MergeTargetAnswered, merge_demand, demand, actor=authority, into=answered)
    assert found.facts == {"state": "refused"}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_merge_crosswise_one_wins(actor_of):
    actor = actor_of("authority")
    one, other = DemandFactory(), DemandFactory()

    results = side_by_side(
        [
            lambda: merge_demand(one, actor=actor, into=other),
            lambda: merge_demand(other, actor=actor, into=one),
        ]
    )

    assert sorted(type(result).__name__ for result in results) == ["Demand", "MergeTargetAnswered"]
    assert sorted(Demand.objects.values_list("state", flat=True)) == ["merged", "submitted"]


def test_a_need_that_is_gone_is_withdrawn_unless_others_hang_on_it(cast, asker):
    alone, shared = (DemandFactory(department=cast.third) for _ in range(2))
    DemandFactory(state="merged", merged_into=shared)

    assert withdraw_demand(alone, actor=asker).state == "withdrawn"
    refused(DemandShared, withdraw_demand, shared, actor=asker)


def test_the_likest_demands_come_first_with_what_they_share(cast, authority):
    wanted = ["姓名", "公民身份号码", "务工地点"]
    one = DemandFactory(title="留守儿童父母务工信息", wanted_items=wanted)
    same = DemandFactory(title="农民工去向", wanted_items=["务工 地点", "姓名", "公民身份号码"])
    half = DemandFactory(title="工伤人员", wanted_items=["姓名", "公民身份号码", "伤残等级"])
    DemandFactory(title="企业登记信息", wanted_items=["企业名称", "法定代表人"])
    demand_in("refused", title="留守儿童父母务工信息", wanted_items=wanted)

    found = demands_like(one, actor=authority)

    assert [row for row, _ in found] == [same, half]
    assert [likeness.score for _, likeness in found] == [1.0, 0.667]
    assert found[0][1].shared_data == ("公民身份号码", "务工地点", "姓名")


def test_who_routes_nothing_is_shown_no_needs_of_others(cast, asker):
    refused(Forbidden, demands_like, DemandFactory(department=cast.third), actor=asker)


MOVES = {
    "merge": (merge_demand, "authority", {"into": DemandFactory}),
    "route": (route_demand, "authority", {"department": DepartmentFactory, "reason": "x"}),
    "offer": (offer_demand, "head", {"resource": None}),
    "refuse": (refuse_demand, "head", LAW),
    "accept": (accept_demand, "third steward", {}),
    "dispute": (dispute_demand, "third steward", {"reason": "x"}),
    "settle": (settle_demand, "authority", {"settlement": "x"}),
    "reroute": (reroute_demand, "authority", {"department": DepartmentFactory, "reason": "x"}),
    "withdraw": (withdraw_demand, "third steward", {}),
}


@pytest.mark.parametrize("move", MOVES)
def test_a_step_is_possible_from_its_states_and_from_no_other(cast, move):
    deed, who, values = MOVES[move]
    for state in DEMAND.states:
        demand = demand_in(state, department=cast.third, routed_to=cast.civil)
        given = {name: value() if callable(value) else value for name, value in values.items()}
        if move == "offer":
            given = {"resource": published_resource(cast.civil)}
        if DEMAND.allows(state, move):
            assert deed(demand, actor=cast.actor(who), **given).state == DEMAND.moves[move][1]
        else:
            refused(IllegalMove, deed, demand, actor=cast.actor(who), **given)


def test_the_table_of_moves_has_a_deed_each():
    assert set(MOVES) == set(DEMAND.moves)
