"""Scans: who is judged, what is kept, which suspicions are opened; twice and by two at once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actions import scans
from accounts.actions.rules import current_rules, set_rules
from accounts.actions.scans import Scan, request_scan, scan_systems
from accounts.actor import CLOCK
from accounts.models import AuditEvent, InformationSystem, RuleSet, Verdict, ZombieCase
from kernel import failpoints
from kernel.errors import Forbidden, Invalid
from tests.factories.accounts import SystemFactory
from tests.factories.scans import tell

OA = {
    "function": "办理机关公文流转、会议通知、督查督办和请假审批。",
    "business_items": ["公文办理", "会议通知", "督查督办", "请假审批"],
}


def dead(**columns):
    system = SystemFactory(**columns)
    for kind in ("login", "transaction"):
        tell(system, kind, timezone.localdate(), 0)
    return system


def alive(**columns):
    system = SystemFactory(**columns)
    tell(system, "login", timezone.localdate(), 30)
    return system


def level(system):
    return Verdict.objects.get(system=system).level


def finding(system, criterion):
    return Verdict.objects.get(system=system).findings[criterion]


def test_each_running_system_is_judged_and_suspicions_become_cases(db):
    zombie, living, silent = dead(), alive(), SystemFactory()
    SystemFactory(state="planned")
    assert scan_systems(actor=CLOCK) == Scan(judged=3, changed=3, opened=1)
    assert [level(one) for one in (zombie, living, silent)] == ["suspected", "clear", "unknown"]
    case = ZombieCase.objects.get()
    assert (case.system, case.department_id) == (zombie, zombie.department_id)
    assert case.evidence["findings"]["Z5"]["zh"] == "近12个月登录 0 次，上年同期 0 次。"
    trace = AuditEvent.objects.get(verb="system.scanned").detail
    assert trace == {"judged": 3, "changed": 3, "opened": 1}


def test_a_second_scan_has_nothing_to_do(db):
    dead()
    scan_systems(actor=CLOCK)
    before = Verdict.objects.values().get()
    assert scan_systems(actor=CLOCK) == Scan()
    assert Verdict.objects.values().get() == before
    assert ZombieCase.objects.count() == 1


def test_only_systems_with_newer_evidence_are_judged_again(db):
    system = dead()
    alive()
    scan_systems(actor=CLOCK)
    judged_at = Verdict.objects.get(system=system).judged_at
    InformationSystem.objects.filter(pk=system.pk).update(evidence_at=timezone.now())
    # The figures are the same: nothing is written but the time.
    assert scan_systems(actor=CLOCK) == Scan(judged=1)
    row = Verdict.objects.get(system=system)
    assert row.judged_at > judged_at
    assert row.version == 1


def test_a_verdict_changes_with_the_evidence(db):
    system = SystemFactory()
    scan_systems(actor=CLOCK)
    assert level(system) == "unknown"
    tell(system, "login", timezone.localdate(), 30)
    InformationSystem.objects.filter(pk=system.pk).update(evidence_at=timezone.now())
    assert scan_systems(actor=CLOCK) == Scan(judged=1, changed=1)
    assert level(system) == "clear"
    assert Verdict.objects.get(system=system).version == 2


def test_time_alone_makes_a_verdict_stale(db):
    system = dead()
    scan_systems(actor=CLOCK)
    Verdict.objects.update(judged_at=timezone.now() - timedelta(days=8))
    InformationSystem.objects.update(evidence_at=timezone.now() - timedelta(days=9))
    assert scan_systems(actor=CLOCK).judged == 1
    assert level(system) == "suspected"


def test_since_judges_anew_what_was_judged_before_it(db):
    dead()
    scan_systems(actor=CLOCK)
    assert scan_systems(actor=CLOCK, since=timezone.now()).judged == 1


def test_a_used_system_that_does_the_same_is_named_as_the_replacement(db):
    old, new = dead(**OA), alive(name="统一OA办公系统", **OA)
    scan_systems(actor=CLOCK)
    row = Verdict.objects.get(system=old)
    assert row.replacement_id == new.pk
    said = row.findings["Z2"]
    assert said["level"] == "suspected"
    assert said["facts"]["replacement_name"] == "统一OA办公系统"
    assert said["facts"]["shared_business_items"] == OA["business_items"]
    assert Verdict.objects.get(system=new).replacement_id is None
    assert finding(new, "Z2")["level"] == "clear"


def test_a_system_that_works_every_march_is_not_suspected_in_between(db):
    system = SystemFactory()
    today = timezone.localdate()

    def spring(ago):
        return 20.0 if (today - timedelta(ago)).month == 3 else 0.0

    for kind in ("login", "transaction"):
        tell(system, kind, today, spring)
    tell(system, "cpu_percent", today, lambda ago: 30.0 if spring(ago) else 1.0)
    tell(system, "storage_gb", today, 40)
    scan_systems(actor=CLOCK)
    assert level(system) in ("clear", "watch")
    assert "suspected" not in {finding(system, code)["level"] for code in ("Z1", "Z3", "Z5")}


def test_a_system_that_others_use_is_not_suspected(db):
    system = dead()
    system.related.create(system=alive(), kind="uses")
    scan_systems(actor=CLOCK)
    assert level(system) == "clear"
    assert ZombieCase.objects.count() == 0


def test_the_verdict_of_a_retired_system_goes_and_its_case_stays(db):
    system = dead()
    scan_systems(actor=CLOCK)
    InformationSystem.objects.filter(pk=system.pk).update(state="retired")
    scan_systems(actor=CLOCK)
    assert not Verdict.objects.exists()
    assert ZombieCase.objects.get().system_id == system.pk


def test_new_rules_judge_all_systems_anew(db, actor_of):
    system = SystemFactory()
    tell(system, "login", timezone.localdate(), lambda ago: float(ago % 6 == 0))
    tell(system, "transaction", timezone.localdate(), 0)
    scan_systems(actor=CLOCK)
    assert finding(system, "Z5")["level"] == "suspected"
    rules = set_rules({"rare_logins": 4}, "示例县清理办法", actor=actor_of("authority"))
    assert scan_systems(actor=CLOCK) == Scan(judged=1, changed=1)
    assert finding(system, "Z5")["level"] == "clear"
    assert Verdict.objects.get().rules_id == rules.pk


@pytest.mark.parametrize("role", ["department_admin", "head", "steward", "auditor", "operator"])
def test_who_may_not_scan_changes_nothing(db, actor_of, role):
    dead()
    for deed in (scan_systems, request_scan):
        with pytest.raises(Forbidden):
            deed(actor=actor_of(role))
    assert not Verdict.objects.exists()
    assert not AuditEvent.objects.exists()


def test_rules_have_editions_and_the_same_again_makes_none(db, actor_of):
    authority = actor_of("authority")
    assert current_rules().edition == 1
    second = set_rules({"rare_logins": 5}, "办法", actor=authority)
    assert (second.edition, second.thresholds["rare_logins"]) == (2, 5)
    assert second.thresholds["small_users"] == 5
    assert set_rules({"rare_logins": 5}, "办法", actor=authority).pk == second.pk
    assert current_rules().pk == second.pk
    assert AuditEvent.objects.filter(verb="rules.set").count() == 2


def test_wrong_thresholds_make_no_edition(db, actor_of):
    with pytest.raises(Invalid):
        set_rules({"rare_logins": -1}, "办法", actor=actor_of("authority"))
    with pytest.raises(Forbidden):
        set_rules({"rare_logins": 5}, "办法", actor=actor_of("business_operator"))
    assert not RuleSet.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_scan_that_died_is_resumed_by_the_next(monkeypatch):
    monkeypatch.setattr(scans, "CHUNK", 1)
    for _ in range(4):
        dead()
    failpoints.arm("scan.after_chunk:error:2")
    with pytest.raises(OSError, match=r"scan\.after_chunk"):
        scan_systems(actor=CLOCK)
    kept = Verdict.objects.count()
    assert 2 <= kept <= 4
    assert scan_systems(actor=CLOCK) == Scan(4 - kept, 4 - kept, 4 - kept)
    assert (Verdict.objects.count(), ZombieCase.objects.count()) == (4, 4)


@pytest.mark.django_db(transaction=True)
def test_two_scans_at_once_judge_each_system_once(monkeypatch):
    monkeypatch.setattr(scans, "CHUNK", 2)
    for _ in range(12):
        dead()
    current_rules()
    barrier, done = threading.Barrier(2), []

    def scan():
        try:
            barrier.wait(10)
            done.append(scan_systems(actor=CLOCK))
        finally:
            connection.close()

    rivals = [threading.Thread(target=scan) for _ in range(2)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join(60)
    assert sum(done, Scan()) == Scan(12, 12, 12)
    assert Verdict.objects.count() == 12
    assert ZombieCase.objects.count() == 12
