"""The ledger of use in the portal: filtered, saved as a file, searched by a record's key."""

import pytest

from exchange.actions.reads import read_changes
from exchange.models import UseEntry
from tests.factories.exchange import PURPOSE, row
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def used(world):
    world.publish([row("990101"), row("990102", "示例市")])
    lane = world.subscribe(purpose=PURPOSE)
    read_changes(lane, actor=world.actor("reader"), cursor=None, limit=100)
    return lane.grant


def test_both_sides_see_who_received_what(world, used, member_of):
    for who in ("asker", "steward"):
        page = text(browser_of(world.people[who]).get("/uses"))
        assert world.reader.name in page
        assert PURPOSE in page
        assert "拉取增量" in page
    assert world.reader.name not in text(browser_of(member_of("steward")).get("/uses"))
    mine = browser_of(world.people["asker"])
    assert world.reader.name in text(mine.get(f"/uses?grant={used.pk}"))
    assert world.reader.name not in text(mine.get("/uses?grant=nonsense"))


def test_a_file_of_it_is_noted_in_the_trail(world, used, trail):
    answer = browser_of(world.people["steward"]).get("/uses?as=csv")
    assert PURPOSE in b"".join(answer.streaming_content).decode("utf-8-sig")
    assert trail("ledger.exported") == [{"rows": UseEntry.objects.count(), "format": "csv"}]


def test_auditors_find_who_received_a_record(world, used, member_of, trail):
    auditor = browser_of(member_of("auditor"))
    assert auditor.get("/uses/search").status_code == 200
    address = f"/uses/search?dataset={world.dataset.pk}"
    assert 'name="key_code"' in text(auditor.get(address))
    said = {"dataset": str(world.dataset.pk), "key_code": "990101"}
    assert world.reader.name in text(auditor.post(address, said))
    assert trail("ledger.viewed") == [{"by": ["code"]}]
    nobody = auditor.post(address, said | {"key_code": "990199"})
    assert "没有任何部门获得过该记录" in text(nobody)


def test_others_do_not_search_by_record(world, used):
    assert browser_of(world.people["head"]).get("/uses/search").status_code == 403
