import pytest

from accounts.models import AuditEvent
from catalog.actions.comments import resolve_comment, write_comment
from catalog.actions.reviews import return_resource
from catalog.errors import CommentResolved, NothingInWork
from catalog.models import Comment
from kernel.errors import Forbidden, Invalid


def comment(cast, resource, who="authority", pointer="/items/0/length"):
    return write_comment(
        resource, actor=cast.actor(who), pointer=pointer, text="代码为12位，请核对。"
    )


def test_a_reviewer_says_something_of_one_member(cast):
    resource = cast.resource("approved")
    made = comment(cast, resource)
    actor = cast.actor("authority")
    assert (made.entry.resource, made.pointer, made.written_by, made.writer_name) == (
        resource,
        "/items/0/length",
        actor.id,
        actor.name,
    )
    assert AuditEvent.objects.last().verb == "comment.written"


@pytest.mark.parametrize("pointer", ["/items/5", "/state", "abstract", "/items/0/colour"])
def test_a_comment_is_on_a_place_that_there_is(cast, pointer):
    resource = cast.resource("approved")
    with pytest.raises(Invalid):
        comment(cast, resource, pointer=pointer)
    assert not Comment.objects.exists()


def test_what_has_not_reached_the_authority_is_not_its_to_comment_on(cast):
    resource = cast.resource("submitted")
    with pytest.raises(Invalid):
        comment(cast, resource)
    comment(cast, resource, "head")
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("who", ["third steward", "third head", "auditor", "operator"])
def test_outsiders_have_no_word(cast, who):
    resource = cast.resource("approved")
    with pytest.raises(Forbidden):
        comment(cast, resource, who)
    assert not Comment.objects.exists()


def test_what_is_in_force_is_no_longer_talked_about(cast):
    with pytest.raises(NothingInWork):
        comment(cast, cast.resource("published"))


def test_what_a_department_says_to_itself_stays_there_although_its_head_returns_it(cast):
    resource = cast.resource("submitted")
    comment(cast, resource, "head")
    return_resource(resource, actor=cast.actor("head"), reason="代码长度不对")
    assert not Comment.objects.visible_to(cast.actor("authority")).exists()
    assert Comment.objects.visible_to(cast.actor("steward")).count() == 1


def test_a_comment_is_seen_by_both_sides_and_by_nobody_else(cast):
    resource = cast.resource("approved")
    made = comment(cast, resource)
    return_resource(resource, actor=cast.actor("authority"), reason="见批注")
    for who, expected in [
        ("steward", [made]),
        ("head", [made]),
        ("authority", [made]),
        ("desk", [made]),
        ("third steward", []),
    ]:
        assert list(Comment.objects.visible_to(cast.actor(who))) == expected, who


def test_a_writer_settles_it_once(cast):
    made = comment(cast, cast.resource("approved"))
    settled = resolve_comment(made, actor=cast.actor("steward"))
    assert settled.resolved_by == cast.actor("steward").id
    with pytest.raises(CommentResolved):
        resolve_comment(made, actor=cast.actor("head"))
    made.refresh_from_db()
    assert made.resolved_by == cast.actor("steward").id


@pytest.mark.parametrize("who", ["third steward", "desk", "auditor"])
def test_who_may_not_settle_settles_nothing(cast, who):
    made = comment(cast, cast.resource("approved"))
    with pytest.raises(Forbidden):
        resolve_comment(made, actor=cast.actor(who))
    made.refresh_from_db()
    assert made.resolved_at is None
