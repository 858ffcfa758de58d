"""Idempotency-Key: one effect, whatever the network does."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEvent, Department, InformationSystem
from kernel import idempotency
from kernel.models import StoredAnswer
from tests.factories.accounts import DepartmentFactory
from tests.people import client_for, member_with

SYSTEMS = "/api/v1/systems"


@pytest.fixture
def admin(member_of, department):
    return member_of("department_admin", department)


def body_for(member, name="甲系统"):
    return {"department": str(member.department_id), "name": name, "function": "办理"}


def test_a_repeated_request_gets_the_first_answer_and_has_no_second_effect(api, admin):
    client = api(admin)
    first = client.post(SYSTEMS, body_for(admin), HTTP_IDEMPOTENCY_KEY="k-1")
    again = client.post(SYSTEMS, body_for(admin), HTTP_IDEMPOTENCY_KEY="k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["ETag"] == first["ETag"]
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert InformationSystem.objects.count() == 1
    assert AuditEvent.objects.filter(verb="system.registered").count() == 1


def test_a_key_used_for_another_body_is_refused(api, admin, assert_problem):
    client = api(admin)
    client.post(SYSTEMS, body_for(admin), HTTP_IDEMPOTENCY_KEY="k-1")
    answer = client.post(SYSTEMS, body_for(admin, "乙系统"), HTTP_IDEMPOTENCY_KEY="k-1")
    assert_problem(answer, 422, "idempotency-key-reused")
    assert InformationSystem.objects.count() == 1


def test_a_refusal_is_not_kept_so_the_request_may_be_mended(api, admin, assert_problem):
    client = api(admin)
    wrong = body_for(admin) | {"state": "flying"}
    assert_problem(client.post(SYSTEMS, wrong, HTTP_IDEMPOTENCY_KEY="k-1"), 422, "invalid")
    assert not StoredAnswer.objects.exists()
    answer = client.post(SYSTEMS, body_for(admin), HTTP_IDEMPOTENCY_KEY="k-1")
    assert answer.status_code == 201


def test_keys_of_different_callers_do_not_meet(api, admin, member_of):
    other = member_of("department_admin")
    api(admin).post(SYSTEMS, body_for(admin), HTTP_IDEMPOTENCY_KEY="k-1")
    answer = api(other).post(SYSTEMS, body_for(other), HTTP_IDEMPOTENCY_KEY="k-1")
    assert answer.status_code == 201
    assert InformationSystem.objects.count() == 2


def test_keys_of_one_person_for_two_departments_do_not_meet(api, admin):
    second = member_with(("department_admin",), DepartmentFactory())
    second.change(user=admin.user)
    api(admin).post(SYSTEMS, body_for(admin), HTTP_IDEMPOTENCY_KEY="k-1")
    answer = api(second).post(SYSTEMS, body_for(second), HTTP_IDEMPOTENCY_KEY="k-1")
    assert answer.json()["department"] == str(second.department_id)
    assert InformationSystem.objects.count() == 2


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 256])
def test_a_key_of_a_strange_shape_is_refused(api, admin, assert_problem, key):
    answer = api(admin).post(SYSTEMS, body_for(admin), HTTP_IDEMPOTENCY_KEY=key)
    assert_problem(answer, 422, "invalid")
    assert not InformationSystem.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_eight_requests_at_once_with_one_key_register_one_system():
    member = member_with(("department_admin",), DepartmentFactory())
    clients = [client_for(member) for _ in range(8)]
    barrier, answers = threading.Barrier(8), []

    def call(client):
        try:
            barrier.wait(10)
            answers.append(client.post(SYSTEMS, body_for(member), HTTP_IDEMPOTENCY_KEY="k-1"))
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == 8
    assert InformationSystem.objects.count() == 1
    assert AuditEvent.objects.filter(verb="system.registered").count() == 1
    made = [answer for answer in answers if answer.status_code == 201]
    waiting = [answer for answer in answers if answer.status_code == 409]
    assert len(made) + len(waiting) == 8
    assert len([answer for answer in made if "Idempotent-Replayed" not in answer]) == 1
    assert {answer.json()["code"] for answer in waiting} <= {"idempotency-key-in-use"}
    assert {answer.json()["id"] for answer in made} == {str(InformationSystem.objects.get().pk)}
    assert all(answer["Retry-After"] == "1" for answer in waiting)
    assert Department.objects.count() == 1


def answer_of(days, scope="person:1:2", key="k-1"):
    made = StoredAnswer.objects.create(scope=scope, key=key, body_digest="0" * 64, status=201)
    at = timezone.now() - timedelta(days=days)
    StoredAnswer.objects.filter(pk=made.pk).update(created_at=at)
    return made


@pytest.mark.django_db
def test_old_answers_are_forgotten_the_oldest_first_and_never_those_of_the_kept_scope():
    oldest, older = answer_of(40), answer_of(35, key="k-2")
    young, kept = answer_of(29, key="k-3"), answer_of(400, scope="batch:1:2")
    before = timezone.now() - timedelta(days=30)

    assert idempotency.forget(before, 1, "batch:") == 1
    assert set(StoredAnswer.objects.all()) == {older, young, kept}
    assert idempotency.forget(before, 10, "batch:") == 1
    assert set(StoredAnswer.objects.all()) == {young, kept}
    assert not StoredAnswer.objects.filter(pk=oldest.pk).exists()
