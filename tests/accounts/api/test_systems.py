"""Information systems and their keys over the API."""

import threading

import pytest
from django.db import connection

from accounts.actions.credentials import issue_credential
from accounts.errors import TooManyCredentials
from accounts.models import AuditEvent, Credential, InformationSystem
from tests.factories.accounts import CredentialFactory, DepartmentFactory, SystemFactory
from tests.people import actor_for, member_with

REASON = {"reason": "示例依据", "document": "示函〔2026〕1号"}
SYSTEMS, CREDENTIALS = "/api/v1/systems", "/api/v1/credentials"


@pytest.fixture
def admin(member_of, department):
    return member_of("department_admin", department)


def test_the_admin_registers_a_running_system(api, admin, department):
    body = {
        "department": str(department.pk),
        "name": "区划地名管理系统",
        "function": "管理行政区划代码",
        "state": "in_operation",
    }
    answer = api(admin).post(SYSTEMS, body)
    assert answer.status_code == 201
    assert answer.json()["moves"] == ["suspend", "merge", "retire"]
    assert AuditEvent.objects.filter(verb="system.registered").count() == 1


@pytest.mark.parametrize("state", ["suspended", "retired", "flying"])
def test_a_system_is_registered_in_a_living_state(api, admin, department, assert_problem, state):
    body = {"department": str(department.pk), "name": "甲", "function": "乙", "state": state}
    assert_problem(api(admin).post(SYSTEMS, body), 422, "invalid")
    assert not InformationSystem.objects.exists()


def test_an_admin_registers_no_system_for_another_department(api, admin, assert_problem):
    body = {"department": str(DepartmentFactory().pk), "name": "甲", "function": "乙"}
    assert_problem(api(admin).post(SYSTEMS, body), 403, "forbidden")
    assert not InformationSystem.objects.exists()


def test_a_system_lives_from_planning_to_retirement(api, admin, department):
    system = SystemFactory(department=department, state="planned")
    moves = ["construct", "try", "commission", "suspend", "resume", "retire"]
    states = []
    for move in moves:
        answer = api(admin).post(f"{SYSTEMS}/{system.pk}/{move}", REASON)
        assert answer.status_code == 200, answer.content
        states.append(answer.json()["state"])
    assert states == [
        "in_construction",
        "trial",
        "in_operation",
        "suspended",
        "in_operation",
        "retired",
    ]
    verbs = AuditEvent.objects.filter(subject_id=str(system.pk)).order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "system.constructed",
        "system.tried",
        "system.commissioned",
        "system.suspended",
        "system.resumed",
        "system.retired",
    ]


def test_an_impossible_move_names_the_possible_ones(api, admin, department, assert_problem):
    system = SystemFactory(department=department, state="planned")
    body = assert_problem(
        api(admin).post(f"{SYSTEMS}/{system.pk}/resume", REASON), 409, "illegal-move"
    )
    assert (body["state"], body["possible"]) == ("planned", ["construct", "retire"])
    system.refresh_from_db()
    assert (system.state, system.version) == ("planned", 1)


def test_retiring_revokes_every_key(api, admin, department, assert_problem):
    system = SystemFactory(department=department)
    caller = api(system)
    assert caller.get("/api/v1/me").status_code == 200
    api(admin).post(f"{SYSTEMS}/{system.pk}/retire", REASON)
    assert_problem(caller.get("/api/v1/me"), 401, "unauthenticated")
    assert not Credential.objects.live().exists()


def test_a_key_is_shown_once_and_opens_the_api(api, admin, department):
    system = SystemFactory(department=department)
    answer = api(admin).post(f"{SYSTEMS}/{system.pk}/credentials", {"days": 30})
    assert answer.status_code == 201
    secret = answer.json()["secret"]
    row = Credential.objects.get()
    assert secret.startswith(f"sqk_{row.prefix}_")
    assert secret.endswith(row.last_four)
    caller = api()
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert caller.get("/api/v1/me").json()["id"] == str(system.pk)
    listed = api(admin).get(f"{SYSTEMS}/{system.pk}/credentials").content.decode()
    assert secret not in listed
    assert row.digest not in listed
    assert secret not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


def test_a_repeated_request_issues_one_key_and_never_repeats_the_secret(api, admin, department):
    system = SystemFactory(department=department)
    client, address = api(admin), f"{SYSTEMS}/{system.pk}/credentials"
    first = client.post(address, {"days": 30}, HTTP_IDEMPOTENCY_KEY="rotate-2026")
    again = client.post(address, {"days": 30}, HTTP_IDEMPOTENCY_KEY="rotate-2026")
    assert Credential.objects.count() == 1
    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == first.json() | {"secret": None}


def test_two_live_keys_are_the_most(api, admin, department, assert_problem):
    system = SystemFactory(department=department)
    client, address = api(admin), f"{SYSTEMS}/{system.pk}/credentials"
    first = client.post(address).json()
    assert client.post(address).status_code == 201
    assert_problem(client.post(address), 409, "too-many-credentials")
    client.post(f"{CREDENTIALS}/{first['id']}/revoke")
    assert client.post(address).status_code == 201
    assert Credential.objects.live().filter(system=system).count() == 2


@pytest.mark.parametrize("days", [0, 731, "many"])
def test_a_key_has_a_sensible_term(api, admin, department, assert_problem, days):
    system = SystemFactory(department=department)
    answer = api(admin).post(f"{SYSTEMS}/{system.pk}/credentials", {"days": days})
    assert_problem(answer, 422, "invalid")
    assert not Credential.objects.exists()


def test_the_security_admin_revokes_any_key_but_issues_none(api, member_of, assert_problem):
    security, key = api(member_of("security_admin")), CredentialFactory()
    answer = security.post(f"{CREDENTIALS}/{key.pk}/revoke")
    assert answer.json()["is_live"] is False
    again = security.post(f"{CREDENTIALS}/{key.pk}/revoke")
    assert again.json()["revoked_at"] == answer.json()["revoked_at"]
    assert_problem(security.post(f"{SYSTEMS}/{key.system_id}/credentials"), 403, "forbidden")


def test_another_department_sees_neither_system_nor_key(api, member_of, assert_problem):
    key, other = CredentialFactory(), api(member_of("department_admin"))
    assert_problem(other.get(f"{SYSTEMS}/{key.system_id}"), 404, "not-found")
    assert_problem(other.post(f"{CREDENTIALS}/{key.pk}/revoke"), 404, "not-found")
    key.refresh_from_db()
    assert key.revoked_at is None


@pytest.mark.django_db(transaction=True)
def test_rivals_never_get_a_third_key():
    system = SystemFactory()
    actor = actor_for(member_with(("department_admin",), system.department))
    barrier, refused = threading.Barrier(5), []

    def issue():
        try:
            barrier.wait(10)
            issue_credential(system, actor=actor)
        except TooManyCredentials:
            refused.append(1)
        finally:
            connection.close()

    rivals = [threading.Thread(target=issue) for _ in range(5)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join(30)
    assert Credential.objects.count() == 2
    assert len(refused) == 3
