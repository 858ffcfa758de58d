"""The daily message: what is new, to those who left an address, never twice, never lost."""

import pytest
from django.core import mail
from django.core.mail.backends import locmem

from accounts.actions.digests import mail_digests
from accounts.actions.notices import notify_department, read_notices
from accounts.actor import CLOCK
from accounts.models import Member
from accounts.permissions import Role
from kernel.errors import Forbidden
from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward(member_of, department):
    member = member_of("steward", department)
    member.user.email = "steward@example.org"
    member.user.save()
    return member


def tell(department, *roles, **facts):
    return notify_department(
        department,
        actor=CLOCK,
        department_id=department.pk,
        roles=roles or (Role.STEWARD,),
        verb="request.agreed",
        reason="Your department provides this resource.",
        **facts,
    )


def test_what_is_new_comes_in_one_message_and_only_once(department, steward):
    tell(department, resource="学籍信息", due_on="2026-03-16")
    tell(department, resource="学校名录")
    tell(department, Role.HEAD, resource="与我无关")
    assert mail_digests(actor=CLOCK) == 1
    message = mail.outbox[0]
    assert message.to == ["steward@example.org"]
    assert message.subject.startswith("2 ") or "2" in message.subject
    assert "学籍信息" in message.body
    assert "2026-03-16" in message.body
    assert "与我无关" not in message.body
    assert mail_digests(actor=CLOCK) == 0
    assert len(mail.outbox) == 1


def test_without_an_address_nothing_is_sent(department, member_of):
    member_of("steward", department)
    tell(department)
    assert mail_digests(actor=CLOCK) == 0
    assert mail.outbox == []


def test_what_the_server_did_not_take_comes_the_next_day(department, steward, monkeypatch):
    tell(department, resource="学籍信息")

    def refuse(self, messages):
        raise ConnectionRefusedError("no server")

    with monkeypatch.context() as broken:
        broken.setattr(locmem.EmailBackend, "send_messages", refuse)
        assert mail_digests(actor=CLOCK) == 0
    assert Member.objects.get(pk=steward.pk).mailed_at is None
    assert mail_digests(actor=CLOCK) == 1
    assert "学籍信息" in mail.outbox[0].body


def test_nobody_but_the_clock_sends_them(steward):
    with pytest.raises(Forbidden):
        mail_digests(actor=people.actor_for(steward))
    assert mail.outbox == []


def test_a_person_takes_what_is_there_as_read(department, steward):
    first = tell(department)
    actor = people.actor_for(steward)
    assert read_notices(actor=actor, until=first.created_at) == 1
    tell(department)
    assert read_notices(actor=actor, until=first.created_at) == 0
    assert Member.objects.get(pk=steward.pk).noticed_at == first.created_at
