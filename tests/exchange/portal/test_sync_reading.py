"""What a sync job reads, changed by hand: the table, the columns, the way of reading."""

import pytest

from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward(world):
    return browser_of(world.people["steward"])


def filled(job, **changes):
    items = {f"item_{item}": item for item in ("code", "name", "level", "area", "revised_on")}
    return {"mode": "full", "expected": str(job.version), "item_contact": "", **items, **changes}


def test_the_columns_of_a_job_are_changed_and_everything_is_read_next(steward, syncing):
    syncing.put(("110101", "示例县"))
    job = syncing.job(mapping={"code": "code", "name": "name", "level": ""})
    address = f"/syncs/{job.pk}/reading"
    assert address in text(steward.get(f"/syncs/{job.pk}"))
    page = text(steward.get(address))
    assert "public.divisions" in page
    assert '<option value="code" selected>code</option>' in page
    answer = steward.post(address, filled(job, item_level="area"))
    assert answer["Location"] == f"/syncs/{job.pk}"
    job.refresh_from_db()
    assert (job.mapping["level"], job.needs_full) == ("area", True)
    stale = steward.post(address, filled(job, expected="1"))
    assert stale.status_code == 412


def test_another_table_is_chosen_from_those_of_the_source(steward, syncing):
    job = syncing.job()
    page = text(steward.get(f"/syncs/{job.pk}/reading?source="))
    assert "<option selected>public.divisions</option>" in page
    gone = steward.get(f"/syncs/{job.pk}/reading?source=public.nothing")
    assert gone.status_code == 422
    assert 'value="public.nothing"' in text(gone)


def test_what_does_not_fit_is_refused_and_changes_nothing(steward, syncing):
    job = syncing.job()
    before = job.mapping
    answer = steward.post(f"/syncs/{job.pk}/reading", filled(job, mode="incremental"))
    assert answer.status_code == 422
    assert "请指明随每次变更递增的列" in text(answer)
    job.refresh_from_db()
    assert (job.mode, job.mapping) == ("full", before)


def test_others_and_closed_jobs_are_not_found(world, syncing, steward):
    job = syncing.job()
    asker = browser_of(world.people["asker"])
    assert asker.get(f"/syncs/{job.pk}/reading").status_code in (403, 404)
    steward.post(f"/syncs/{job.pk}/close")
    assert steward.get(f"/syncs/{job.pk}/reading").status_code == 404
