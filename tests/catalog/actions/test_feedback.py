"""What the public says of open data: of what is open alone, settled once, by the provider."""

import pytest

from accounts.actor import NOBODY
from accounts.models import AuditEvent
from catalog.actions.feedback import settle_feedback, submit_feedback
from catalog.errors import FeedbackSettled
from catalog.models import Feedback
from kernel.errors import Forbidden, Invalid
from tests.factories.catalog import published_resource
from tests.people import actor_for, member_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(department):
    return published_resource(department, open_to_public=True)


def test_feedback_is_kept_with_the_provider_and_leaves_a_trace(opened, department):
    made = submit_feedback(opened, actor=NOBODY, text=" 地址有误 ", contact="a@b.cn")
    assert (made.department, made.text, made.contact) == (department, "地址有误", "a@b.cn")
    assert AuditEvent.objects.filter(verb="feedback.submitted").count() == 1


def test_nothing_is_said_of_what_is_not_open():
    with pytest.raises(Invalid):
        submit_feedback(published_resource(), actor=NOBODY, text="地址有误")
    assert not Feedback.objects.exists()


def test_the_provider_settles_it_once_and_nobody_else(opened, department):
    made = submit_feedback(opened, actor=NOBODY, text="地址有误")
    stranger = actor_for(member_with(("steward",), None))
    with pytest.raises(Forbidden):
        settle_feedback(made, actor=stranger, outcome="已更正")
    steward = actor_for(member_with(("steward",), department))
    settled = settle_feedback(made, actor=steward, outcome="已更正")
    assert (settled.outcome, settled.settled_by) == ("已更正", steward.id)
    with pytest.raises(FeedbackSettled):
        settle_feedback(made, actor=steward, outcome="再次")
