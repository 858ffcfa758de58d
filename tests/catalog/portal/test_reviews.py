"""The review queue: what waits for whom, steps with several at once, comments beside changes."""

import pytest

from catalog.actions.resources import change_resource, revise_resource, submit_resource
from catalog.models import Comment, Entry
from tests.factories.accounts import DepartmentFactory
from tests.factories.catalog import entry_with_items, published_resource
from tests.people import actor_for, member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db
OWN = "本人提交的目录"


@pytest.fixture
def head(department):
    return member_with(("head",), department)


def submitted(department, **entry):
    return entry_with_items(resource__department=department, state="submitted", **entry)


def test_only_what_is_ones_own_turn_waits(department, head):
    waiting = submitted(department, name="待审目录")
    submitted(department, name=OWN, submitted_by=head.user_id)
    submitted(DepartmentFactory(), name="别部门的目录")
    entry_with_items(resource__department=department, state="draft", name="草稿目录")
    page = text(browser_of(head).get("/reviews"))
    assert waiting.name in page
    assert OWN not in page
    assert "别部门的目录" not in page
    assert "草稿目录" not in page
    reviewer = browser_of(member_with(("business_operator",), None))
    assert waiting.name not in text(reviewer.get("/reviews"))


def test_several_are_approved_at_once_after_one_look(department, head):
    member_with(("authority",), None)
    made = [submitted(department) for _ in range(3)]
    browser = browser_of(head)
    picked = {"bulk": "approve", "pick": [str(one.pk) for one in made[:2]]}
    look = text(browser.post("/reviews", picked))
    assert made[0].name in look
    assert made[2].name not in look
    assert set(Entry.objects.values_list("state", flat=True)) == {"submitted"}
    browser.post("/reviews", {**picked, "confirmed": "1"})
    states = {one.pk: one.state for one in Entry.objects.all()}
    assert [states[one.pk] for one in made] == ["approved", "approved", "submitted"]


def test_a_comment_stands_beside_the_change_that_it_is_about(department, head):
    steward = member_with(("steward",), department)
    resource = published_resource(department, update_cycle="monthly")
    revise_resource(resource, actor=actor_for(steward), change_message="更新周期调整")
    resource.refresh_from_db()
    values = {"update_cycle": "daily"}
    change_resource(resource, actor=actor_for(steward), expected=resource.version, values=values)
    submit_resource(resource, actor=actor_for(steward))
    address = f"/resources/{resource.pk}"
    browser = browser_of(head)
    asked = text(browser.get(f"{address}?tab=versions"))
    assert "about=/update_cycle" in asked
    browser.post(f"{address}/comments", {"pointer": "/update_cycle", "text": "请说明依据"})
    comment = Comment.objects.get()
    page = text(browser.get(f"{address}?tab=versions"))
    assert page.index("<ins>每日</ins>") < page.index("请说明依据") < page.index('id="comments"')
    browser_of(steward).post(f"{address}/comments/{comment.pk}/resolve")
    comment.refresh_from_db()
    assert comment.resolved_by == steward.user_id


def test_an_empty_comment_is_refused_and_nothing_is_written(department, head):
    entry = submitted(department)
    answer = browser_of(head).post(
        f"/resources/{entry.resource_id}/comments", {"pointer": "/name", "text": " "}
    )
    assert answer.status_code == 422
    assert 'href="#comment_text"' in text(answer)
    assert not Comment.objects.exists()
