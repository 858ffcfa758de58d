"""Datasets in the portal: what each side sees, the steps, versions, the contract, attaching."""

import pytest

from exchange.models import Batch, Dataset
from tests.factories.accounts import SystemFactory
from tests.factories.catalog import published_resource
from tests.factories.exchange import ITEMS, row
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward(world):
    return browser_of(world.people["steward"])


@pytest.fixture
def own(world):
    return f"/datasets/{world.dataset.pk}"


def test_the_list_tells_the_own_and_the_granted_ones_apart(world, steward):
    world.publish([row("110101")])
    name = world.resource.published.name
    assert name in text(steward.get("/datasets"))
    asker = browser_of(world.people["asker"])
    assert name not in text(asker.get("/datasets"))
    world.subscribe()
    assert name in text(asker.get("/datasets"))
    assert name not in text(asker.get("/datasets?state=closed"))
    assert name in text(asker.get(f"/datasets?department={world.provider.pk}"))


def test_the_page_says_who_receives_it_and_how_far_they_are(world, steward, own):
    world.publish([row("110101")])
    lane = world.subscribe()
    page = text(steward.get(own))
    assert f"/subscriptions/{lane.pk}" in page
    assert world.reader.name in page
    assert f"{own}/batches/1" in page
    other = browser_of(world.people["asker"])
    assert f"{own}/publish" not in text(other.get(own))
    assert f"{own}/close" not in text(other.get(own))


def test_retention_is_set_and_unset_and_knows_who_came_first(world, steward, own):
    said = {"retain_days": "90", "expected": str(world.dataset.version)}
    assert steward.post(f"{own}/retain", said).status_code == 302
    world.dataset.refresh_from_db()
    assert world.dataset.retain_days == 90
    assert steward.post(f"{own}/retain", {**said, "retain_days": "30"}).status_code in (409, 412)
    cleared = {"retain_days": "", "expected": str(world.dataset.version)}
    assert steward.post(f"{own}/retain", cleared).status_code == 302
    world.dataset.refresh_from_db()
    assert world.dataset.retain_days is None


def test_it_is_handed_over_and_closed(world, steward, own):
    other = SystemFactory(department=world.provider)
    assert other.name in text(steward.get(own))
    assert steward.post(f"{own}/hand-over", {"system": str(world.reader.pk)}).status_code == 422
    assert steward.post(f"{own}/hand-over", {"system": str(other.pk)}).status_code == 302
    assert steward.post(f"{own}/close").status_code == 302
    world.dataset.refresh_from_db()
    assert (world.dataset.system_id, world.dataset.state) == (other.pk, "closed")
    assert f"{own}/publish" not in text(steward.get(own))
    assert steward.post(f"{own}/close").status_code == 409


def test_it_is_not_closed_under_those_served(world, steward, own):
    world.grant()
    answer = steward.post(f"{own}/close")
    assert answer.status_code == 409
    assert 'role="alert"' in text(answer)
    world.dataset.refresh_from_db()
    assert world.dataset.state == "open"


def test_who_only_reads_takes_no_step(world, own):
    head = browser_of(world.people["head"])
    assert head.get(own).status_code == 200
    for verb in ("close", "evolve", "explode"):
        assert head.post(f"{own}/{verb}").status_code in (403, 404)
    assert Dataset.objects.get().state == "open"


def test_versions_show_what_differs_and_what_is_to_come(world, steward, own):
    world.edition(town={"length": 40})
    page = text(steward.get(f"{own}/schema"))
    assert "town" in page
    assert f"{own}/evolve" in page
    assert steward.post(f"{own}/evolve").status_code == 302
    page = text(steward.get(f"{own}/schema"))
    assert f"{own}/evolve" not in page
    assert "第 2 版与第 1 版的差异" in page
    assert steward.get(f"{own}/schema?version=1").status_code == 200
    assert steward.get(f"{own}/schema?version=9").status_code == 404


def test_what_would_break_readers_is_said_before(world, steward, own):
    world.grant()
    world.edition(name={"length": 10})
    page = text(steward.get(f"{own}/schema"))
    assert "会影响 1 个部门" in page
    assert steward.post(f"{own}/evolve").status_code == 409
    world.dataset.refresh_from_db()
    assert world.dataset.schema.number == 1


def test_the_contract_has_items_rules_and_examples_to_copy(world, steward, own):
    page = text(steward.get(f"{own}/contract"))
    for item in ITEMS:
        assert f"<code>{item['column']}</code>" in page
    assert f"/api/v1{own}/batches?kind=snapshot" in page
    assert "import httpx" in page


def test_an_entry_gets_its_data(world, steward):
    fresh = published_resource(world.provider, ITEMS)
    assert str(fresh.pk) in text(steward.get("/datasets/attach"))
    address = f"/datasets/attach?resource={fresh.pk}"
    said = {
        "system": str(world.publisher.pk),
        "kind": "table",
        "on_reject": "quarantine",
        "max_rejected_percent": "5",
        "compatibility": "full",
        "is_queryable": "on",
        "lookup_items": ["name"],
    }
    assert steward.post(address, {**said, "system": ""}).status_code == 422
    answer = steward.post(address, said)
    made = Dataset.objects.get(resource=fresh)
    assert answer["Location"] == f"/datasets/{made.pk}"
    assert (made.on_reject, made.max_rejected_percent, made.lookup_items) == (
        "quarantine",
        5,
        ["name"],
    )
    assert made.is_queryable
    assert steward.get(address).status_code == 404
    assert steward.get("/datasets/attach?resource=x").status_code == 404


def test_a_table_without_a_key_is_refused_and_nothing_typed_is_lost(world, steward):
    keyless = [{"column": "place", "length": 20}]
    fresh = published_resource(world.provider, keyless)
    said = {
        "system": str(world.publisher.pk),
        "kind": "table",
        "on_reject": "refuse",
        "compatibility": "full",
    }
    answer = steward.post(f"/datasets/attach?resource={fresh.pk}", said)
    assert answer.status_code == 422
    assert '<option value="full" selected>' in text(answer)
    assert not Dataset.objects.filter(resource=fresh).exists()


def test_a_batch_is_taken_back_with_a_reason(world, steward, own):
    world.publish([row("110101")])
    world.publish([row("110101"), row("110102")])
    page = text(steward.get(f"{own}/batches/2"))
    batch = Batch.objects.get(number=2)
    assert batch.digest in page
    assert world.publisher.name in page
    assert steward.post(f"{own}/batches/2/recall", {"reason": ""}).status_code == 422
    answer = steward.post(f"{own}/batches/2/recall", {"reason": "导出脚本出错"})
    assert answer["Location"] == f"{own}/batches/2"
    batch.refresh_from_db()
    assert batch.recalled_by.number == 3
    page = text(steward.get(f"{own}/batches/2"))
    assert "导出脚本出错" in page
    assert f"{own}/batches/3" in page
    assert steward.post(f"{own}/batches/2/recall", {"reason": "再次"}).status_code == 409


def test_the_log_is_filtered_by_dataset_and_fault(world, steward):
    world.publish([row("110101")])
    address = f"/batches?dataset={world.dataset.pk}"
    link = f"/datasets/{world.dataset.pk}/batches/1"
    assert link in text(steward.get(address))
    assert link not in text(steward.get(f"{address}&fault=recalled"))
    assert link not in text(steward.get("/batches?dataset=x"))
    stranger = browser_of(member_with(("steward",), None))
    assert link not in text(stranger.get("/batches"))
