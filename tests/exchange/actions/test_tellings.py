"""Notices of requests and grants: to one side, with the resource's name and nothing of its data."""

from accounts.models import Notice
from exchange.actions.tellings import HEAD, tell_provider, tell_requester


def test_each_side_is_told_under_the_name_of_the_resource(world):
    request = world.submit()
    Notice.objects.all().delete()
    said = {"actor": world.actor("asker"), "verb": "request.agreed", "reason": "A reason."}
    tell_requester(request, **said, why="因为")
    tell_provider(world.grant(), **said, roles=HEAD)
    first, *_, last = Notice.objects.order_by("created_at")
    assert (first.department_id, first.roles) == (world.requester.pk, ["head", "steward"])
    assert first.facts == {
        "by": world.people["asker"].user.name,
        "resource": request.entry.name,
        "why": "因为",
    }
    assert (first.subject_type, first.subject_id) == ("sharingrequest", request.pk)
    assert (last.department_id, last.roles) == (world.provider.pk, ["head"])
    assert (last.subject_type, last.facts["resource"]) == ("grant", request.entry.name)
