"""Sync jobs and runs over HTTP."""

import pytest

from exchange.models import SyncRun

JOBS, RUNS = "/api/v1/sync-jobs", "/api/v1/sync-runs"


@pytest.fixture
def steward(syncing, api):
    return api(syncing.world.people["steward"])


def body(syncing, **changes):
    return {
        "dataset": str(syncing.world.dataset.pk),
        "connector": str(syncing.connector.pk),
        "name": "汇聚",
        "source": "public.divisions",
        **changes,
    }


def test_a_job_from_its_making_to_its_report(syncing, steward):
    syncing.put(("110101", "东城区"), ("110102", "西城区"))
    made = steward.post(JOBS, body(syncing, schedule="every 15m"), format="json")
    assert made.status_code == 201, made.content
    job = made.json()
    assert (job["state"], job["mode"], job["next_run_at"] is not None) == ("active", "full", True)
    begun = steward.post(f"{JOBS}/{job['id']}/start", {}, format="json")
    assert begun.status_code == 202
    run = begun.json()
    assert (run["state"], run["progress"]["rows"], run["fault"]) == ("queued", 0, None)
    syncing.work(SyncRun.objects.get())
    run = steward.get(f"{RUNS}/{run['id']}").json()
    assert (run["state"], run["batch"], run["progress"]["rows"]) == ("done", 1, 2)
    assert run["progress"]["part"] == 1.0
    assert run["progress"]["rows_per_second"] > 0
    report = steward.get(f"{RUNS}/{run['id']}/report").json()
    assert report["report"]["inserted"] == 2
    assert not {"shape", "cursor", "lost"} & report["report"].keys()
    listed = steward.get(RUNS, {"job": job["id"], "state": "done"}).json()["items"]
    assert [row["id"] for row in listed] == [run["id"]]
    assert steward.get(RUNS, {"state": "failed"}).json()["items"] == []


def test_a_comparison_is_a_run_too(syncing, steward):
    syncing.put(("110101", "东城区"))
    job = syncing.job()
    syncing.run(job)
    syncing.source.query("DELETE FROM divisions")
    syncing.put(("110102", "西城区"))
    begun = steward.post(f"{JOBS}/{job.pk}/reconcile", {}, format="json").json()
    assert begun["kind"] == "reconcile"
    syncing.work(SyncRun.objects.get(pk=begun["id"]))
    report = steward.get(f"{RUNS}/{begun['id']}/report").json()["report"]
    assert (report["agrees"], report["missing"], report["extra"]) == (False, 1, 1)
    assert report["keys"] == {"missing": ["1****2"], "extra": ["1****1"]}
    assert steward.get(f"{JOBS}/{job.pk}").json()["needs_full"] is True


def test_a_change_names_the_version_that_it_changes(syncing, steward, assert_problem):
    job = syncing.job()
    address = f"{JOBS}/{job.pk}"
    bare = steward.patch(address, {"schedule": "every 1h"}, format="json")
    assert_problem(bare, 428, "precondition-required")
    etag = steward.get(address).headers["ETag"]
    done = steward.patch(
        address, {"schedule": "every 1h"}, format="json", headers={"If-Match": etag}
    )
    assert (done.status_code, done.json()["schedule"]) == (200, "every 1h")
    stale = steward.patch(address, {"name": "别名"}, format="json", headers={"If-Match": etag})
    assert_problem(stale, 412, "stale")
    assert steward.get(address).json()["name"] == "汇聚"


def test_what_a_job_cannot_be_is_named(syncing, steward, assert_problem):
    bad = steward.post(JOBS, body(syncing, schedule="sometimes"), format="json")
    told = assert_problem(bad, 422, "invalid")
    assert told["errors"][0]["pointer"] == "#/schedule"
    strange = steward.post(JOBS, body(syncing, colour="red"), format="json")
    assert assert_problem(strange, 422, "invalid")["errors"][0]["code"] == "unknown-field"
    assert steward.get(JOBS).json()["items"] == []


def test_a_run_is_cancelled_and_a_failed_one_tried_again(syncing, steward, assert_problem):
    syncing.put(("bad", "错"))
    job = syncing.job()
    run = syncing.run(job)
    told = steward.get(f"{RUNS}/{run.pk}").json()
    assert (told["state"], told["fault"]["code"]) == ("failed", "rows-rejected")
    assert told["fault"]["is_transient"] is False
    again = steward.post(f"{RUNS}/{run.pk}/retry", {}, format="json")
    assert (again.status_code, again.json()["state"]) == (200, "queued")
    stopped = steward.post(f"{RUNS}/{run.pk}/cancel", {}, format="json")
    assert stopped.json()["state"] == "cancelled"
    assert_problem(steward.post(f"{RUNS}/{run.pk}/retry", {}, format="json"), 409, "illegal-move")
