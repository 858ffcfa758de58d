"""Sync jobs in the portal: who sees them, how far a run has come, what its buttons do."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exchange.models import Connector, SyncJob, SyncRun
from kernel.sealing import seal
from tests.portal import browser_of

pytestmark = pytest.mark.django_db


def visitor(member):
    return browser_of(member)


def text(answer):
    return answer.content.decode()


@pytest.fixture
def job(world):
    options = {"host": "10.0.0.1", "port": 5432, "database": "mz", "user": "hub"}
    connector = Connector.objects.create(
        department=world.provider,
        system=world.publisher,
        name="民政业务库",
        kind="postgres",
        options=options,
        sealed=seal('{"password": "p"}'),
    )
    return SyncJob.objects.create(
        dataset=world.dataset,
        department=world.provider,
        connector=connector,
        name="区划全量同步",
        source="public.divisions",
        schedule="every 15m",
        next_run_at=timezone.now() + timedelta(minutes=9),
    )


def run_of(job, state="running", **values):
    begun = timezone.now() - timedelta(seconds=10)
    told = {"number": 1, "mode": "full", "trigger": "hand", "started_at": begun}
    return SyncRun.objects.create(job=job, state=state, **(told | values))


@pytest.fixture
def steward(world):
    return visitor(world.people["steward"])


def test_a_stranger_signs_in_first(client, job):
    assert client.get("/syncs")["Location"] == "/sign-in?next=/syncs"


def test_the_list_shows_state_last_run_and_next_run(steward, job):
    run = run_of(job, "failed", finished_at=timezone.now())
    page = text(steward.get("/syncs"))
    assert "区划全量同步" in page
    assert f"/sync-runs/{run.pk}" in page
    assert timezone.localtime(job.next_run_at).strftime("%Y-%m-%d %H:%M") in page


def test_other_departments_see_nothing_of_it(world, job):
    run = run_of(job)
    asker = visitor(world.people["asker"])
    assert "区划全量同步" not in text(asker.get("/syncs"))
    for path in (f"/syncs/{job.pk}", f"/sync-runs/{run.pk}"):
        assert asker.get(path).status_code == 404
    assert asker.post(f"/syncs/{job.pk}/start").status_code == 404
    assert SyncRun.objects.count() == 1


def test_a_run_shows_how_far_it_has_come_and_reads_itself_anew(steward, job):
    run = run_of(job, rows_read=400, rows_expected=1000, bytes_read=2048)
    answer = steward.get(f"/sync-runs/{run.pk}")
    page = text(answer)
    assert 'value="40"' in page
    assert "400 / 1000" in page
    # Without JavaScript the browser itself asks again.
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    fragment = steward.get(f"/sync-runs/{run.pk}", headers={"HX-Request": "true"})
    assert "<html" not in text(fragment)
    assert "400 / 1000" in text(fragment)
    assert "refresh" not in text(fragment)


def test_a_run_that_has_ended_is_not_asked_for_again(steward, job):
    run = run_of(job, "done", finished_at=timezone.now(), rows_read=7)
    answer = steward.get(f"/sync-runs/{run.pk}")
    assert "refresh" not in text(answer)
    assert "hx-trigger" not in text(answer)


def test_started_cancelled_and_tried_again_by_buttons(steward, job):
    answer = steward.post(f"/syncs/{job.pk}/start")
    run = SyncRun.objects.get()
    assert answer["Location"] == f"/sync-runs/{run.pk}"
    assert run.state == "queued"
    assert steward.post(f"/sync-runs/{run.pk}/cancel").status_code == 302
    run.refresh_from_db()
    assert run.state == "cancelled"
    SyncRun.objects.update(state="failed")
    assert f"/sync-runs/{run.pk}/retry" in text(steward.get(f"/sync-runs/{run.pk}"))
    assert steward.post(f"/sync-runs/{run.pk}/retry").status_code == 302
    run.refresh_from_db()
    assert run.state == "queued"
    assert steward.post(f"/sync-runs/{run.pk}/explode").status_code == 404


def test_a_second_run_beside_an_open_one_is_refused_on_the_page(steward, job):
    run_of(job)
    answer = steward.post(f"/syncs/{job.pk}/start")
    assert answer.status_code == 409
    assert 'role="alert"' in text(answer)
    assert SyncRun.objects.count() == 1


def test_who_only_reads_has_no_buttons_and_is_refused(world, job, member_of):
    run = run_of(job)
    head = visitor(world.people["head"])
    page = text(head.get(f"/sync-runs/{run.pk}"))
    assert "/cancel" not in page
    assert head.post(f"/sync-runs/{run.pk}/cancel").status_code == 403
    run.refresh_from_db()
    assert (run.state, run.cancel_asked_at) == ("running", None)


def test_the_pages_speak_english_on_request(world, job, settings):
    run = run_of(job)
    client = visitor(world.people["steward"])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "Sync jobs" in text(client.get("/syncs"))
    assert "Cancel this run" in text(client.get(f"/sync-runs/{run.pk}"))
