"""Connectors and sync jobs by hand: registered, tried, looked into, mapped and set up."""

import pytest

from accounts.models import AuditEvent
from exchange.connections import secrets_of
from exchange.models import Connector, SyncJob, SyncRun
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward(world):
    return browser_of(world.people["steward"])


def filled(world, **changes):
    return {
        "name": "民政业务库",
        "system": str(world.publisher.pk),
        "option_host": "10.0.0.1",
        "option_port": "5432",
        "option_database": "civil",
        "option_user": "hub",
        "secret_password": "s3cret-word",
        **changes,
    }


def test_a_connector_is_registered_by_the_fields_of_its_kind(steward, world):
    assert "?kind=sftp" in text(steward.get("/connectors/register"))
    form = text(steward.get("/connectors/register?kind=postgres"))
    assert 'name="option_sslmode"' in form
    assert 'name="option_bucket"' not in form
    answer = steward.post("/connectors/register?kind=postgres", filled(world))
    made = Connector.objects.get()
    assert answer["Location"] == f"/connectors/{made.pk}"
    assert made.options == {"host": "10.0.0.1", "port": 5432, "database": "civil", "user": "hub"}
    page = text(steward.get(answer["Location"])) + text(
        steward.get(f"/connectors/{made.pk}/change")
    )
    assert "s3cret-word" not in page
    assert "10.0.0.1" in page


def test_a_secret_left_empty_stays_and_goes_nowhere_else(steward, world):
    steward.post("/connectors/register?kind=postgres", filled(world))
    made = Connector.objects.get()
    own = f"/connectors/{made.pk}/change"
    said = filled(world, secret_password="", name="只读库", expected=str(made.version))
    assert steward.post(own, said).status_code == 302
    made.refresh_from_db()
    assert (made.name, secrets_of(made)) == ("只读库", {"password": "s3cret-word"})
    moved = {**said, "option_host": "10.0.0.2", "expected": str(made.version)}
    refused = steward.post(own, moved)
    assert refused.status_code == 422
    assert 'value="10.0.0.2"' in text(refused)
    stale = steward.post(own, {**said, "expected": "1"})
    assert stale.status_code in (409, 412)
    made.refresh_from_db()
    assert made.options["host"] == "10.0.0.1"


def test_what_is_missing_stands_beside_its_field(steward, world):
    answer = steward.post("/connectors/register?kind=postgres", filled(world, option_database=""))
    assert answer.status_code == 422
    assert 'href="#connector_option_database"' in text(answer)
    assert not Connector.objects.exists()


def test_a_test_that_fails_says_what_mends_it(steward, world):
    steward.post("/connectors/register?kind=postgres", filled(world))
    made = Connector.objects.get()
    page = text(steward.post(f"/connectors/{made.pk}/test"))
    assert "egress-denied" in page
    assert "EGRESS_ALLOW" in page
    assert "s3cret-word" not in page
    made.refresh_from_db()
    assert made.test_error.startswith("egress-denied")


def test_a_source_is_tested_browsed_described_and_sampled(steward, syncing):
    syncing.put(("110101", "示例县"))
    own = f"/connectors/{syncing.connector.pk}"
    assert "测试成功" in text(steward.post(f"{own}/test"))
    assert "public.divisions" in text(steward.get(f"{own}/tables"))
    assert "public.divisions" not in text(steward.get(f"{own}/tables?q=nothing"))
    table = f"{own}/table?table=public.divisions"
    page = text(steward.get(table))
    assert "revised_on" in page
    assert "示例县" not in page
    sample = text(steward.post(table))
    assert "示*县" in sample
    assert "示例县" not in sample
    assert AuditEvent.objects.filter(verb="connector.previewed").count() == 1
    assert steward.get(f"{own}/table?table=public.nothing").status_code == 422


def test_a_sync_job_is_set_up_in_steps_and_runs(steward, syncing, world):
    syncing.put(("110101", "示例县"), ("110102", "示例市"))
    start = f"/syncs/schedule?connector={syncing.connector.pk}"
    assert str(world.dataset.pk) in text(steward.get(start))
    second = f"{start}&dataset={world.dataset.pk}"
    assert "<option>public.divisions</option>" in text(steward.get(second))
    third = f"{second}&source=public.divisions"
    form = text(steward.get(third))
    assert '<option value="code" selected>code</option>' in form
    said = {
        "name": "夜间汇聚",
        "mode": "full",
        "timetable": "0 1 * * *",
        **{f"item_{item}": item for item in ("code", "name", "level", "area", "revised_on")},
        "item_contact": "",
    }
    assert steward.post(third, {**said, "item_code": ""}).status_code == 422
    wrong = steward.post(third, {**said, "timetable": "own", "own_schedule": "often"})
    assert wrong.status_code == 422
    assert 'href="#schedule_own_schedule"' in text(wrong)
    assert 'value="often"' in text(wrong)
    assert not SyncJob.objects.exists()
    answer = steward.post(third, said)
    job = SyncJob.objects.get()
    assert answer["Location"] == f"/syncs/{job.pk}"
    assert (job.schedule, job.mapping["contact"]) == ("0 1 * * *", "")
    begun = steward.post(f"/syncs/{job.pk}/start")
    run = syncing.work(SyncRun.objects.get())
    assert run.state == "done"
    page = text(steward.get(begun["Location"]))
    assert f"/datasets/{world.dataset.pk}/batches/1" in page
    compared = syncing.run(job, "reconcile")
    assert "与数据源一致" in text(steward.get(f"/sync-runs/{compared.pk}"))
    history = text(steward.get(f"/syncs/{job.pk}"))
    assert 'id="sync-history"' in history


def test_a_job_is_paused_resumed_and_closed(steward, syncing):
    job = syncing.job(schedule="every 1h")
    for verb, state in (("pause", "paused"), ("resume", "active"), ("close", "closed")):
        answer = steward.post(f"/syncs/{job.pk}/{verb}", {"reason": "源库升级"})
        assert answer.status_code == 302
        job.refresh_from_db()
        assert job.state == state
    assert steward.post(f"/syncs/{job.pk}/resume").status_code == 409


def test_a_timetable_is_changed_and_a_wrong_one_refused(steward, syncing):
    job = syncing.job(schedule="every 1h")
    own = f"/syncs/{job.pk}"
    said = {"name": job.name, "schedule": "0 3 * * *", "expected": str(job.version)}
    wrong = steward.post(f"{own}/change", {**said, "schedule": "often"})
    assert wrong.status_code == 422
    assert 'value="often"' in text(wrong)
    assert steward.post(f"{own}/change", said).status_code == 302
    job.refresh_from_db()
    assert (job.schedule, job.reconcile) == ("0 3 * * *", "")
    assert steward.post(f"{own}/change", said).status_code in (409, 412)


def test_a_connector_in_use_is_not_closed(steward, syncing):
    job = syncing.job()
    own = f"/connectors/{syncing.connector.pk}"
    assert job.name in text(steward.get(own))
    assert steward.post(f"{own}/close").status_code == 409
    syncing.connector.refresh_from_db()
    assert syncing.connector.state == "active"


def test_others_see_and_do_nothing_of_it(syncing, world):
    asker = browser_of(world.people["asker"])
    own = f"/connectors/{syncing.connector.pk}"
    for end in ("", "/change", "/tables", "/table?table=public.divisions"):
        assert asker.get(own + end).status_code == 404, end
    assert asker.post(f"{own}/test").status_code == 404
    head = browser_of(world.people["head"])
    assert head.get("/connectors").status_code == 403
    assert head.get("/syncs/schedule").status_code == 403
