"""manage.py sync: jobs and runs for whoever works on the machine."""

import io
import json
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from accounts.actor import CLOCK
from exchange.actions.sync_turns import run_due
from exchange.management.commands import sync
from exchange.models import SyncRun


def call(*words):
    out = io.StringIO()
    call_command("sync", "--json", *words, stdout=out)
    return json.loads(out.getvalue())


def test_jobs_are_listed_with_their_last_run(syncing):
    syncing.put(("110101", "东城区"))
    job = syncing.job()
    assert [(row["name"], row["last_run"]) for row in call("list")] == [("汇聚", "none")]
    syncing.run(job)
    assert [(row["last_run"], row["rows"]) for row in call("list")] == [("done", 1)]


def test_a_run_is_begun_by_the_jobs_name_and_followed_with_a_bar(syncing, monkeypatch, capsys):
    syncing.put(("110101", "东城区"), ("110102", "西城区"))
    syncing.job()
    monkeypatch.setattr(sync.time, "sleep", lambda _: run_due(actor=CLOCK))
    told = call("start", "汇聚", "--watch")
    assert (told["state"], told["rows"], told["report"]["inserted"]) == ("done", 2, 2)
    assert "run 1" in capsys.readouterr().err


def test_a_comparison_that_fails_says_so_by_its_exit_code(syncing, monkeypatch):
    job = syncing.job(source="public.nosuch")
    monkeypatch.setattr(sync.time, "sleep", lambda _: run_due(actor=CLOCK))
    with pytest.raises(SystemExit) as ended:
        call("reconcile", str(job.pk), "--watch")
    assert ended.value.code == 1
    assert SyncRun.objects.get().state == "failed"


def test_a_run_is_cancelled(syncing):
    job = syncing.job()
    begun = call("start", str(job.pk))
    assert begun["state"] == "queued"
    assert call("cancel", begun["run"])["state"] == "cancelled"


def test_what_is_not_there_is_refused(syncing):
    for words in (("start", "没有"), ("watch", str(uuid4())), ("cancel", "没有")):
        with pytest.raises(CommandError):
            call(*words)
    job = syncing.job()
    with pytest.raises(CommandError):
        call("watch", str(job.pk))
    call("start", str(job.pk))
    with pytest.raises(CommandError):
        call("start", str(job.pk))
