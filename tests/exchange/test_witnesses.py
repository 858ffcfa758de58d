"""Checkpoints on other hosts, through the guarded client."""

import json
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from accounts import audit
from accounts.actions.trail import seal_audit
from accounts.actor import CLOCK
from accounts.evidencekeys import public_keys
from accounts.models import CheckpointPlace
from tools.verify_evidence import is_signed, read_keys

pytestmark = pytest.mark.django_db


def place():
    return CheckpointPlace.objects.get(address__startswith="http")


def test_a_host_gets_signed_checkpoints_once(receiver, settings, department):
    settings.CHECKPOINT_COPIES = [receiver.url]
    audit.record(CLOCK, "department.changed", department)
    seal_audit()
    seal_audit()
    [(headers, body)] = receiver.calls
    event, keys = json.loads(body), read_keys(public_keys()[0])
    assert (event["type"], headers["webhook-id"]) == ("evidence.checkpoints", "trail-1-1")
    [line] = event["checkpoints"]
    assert (line["ledger"], line["number"], is_signed(line, keys)) == ("trail", 1, True)
    assert (place().fault, place().heads) == ("", {"trail": 1})


def test_what_a_host_did_not_take_comes_again_after_a_minute(receiver, settings, department):
    settings.CHECKPOINT_COPIES = [receiver.url]
    receiver.answers = [(503, {})]
    audit.record(CLOCK, "department.changed", department)
    seal_audit()
    assert (place().fault, place().heads, place().stored_at) == ("status-503", {}, None)
    seal_audit()
    assert len(receiver.calls) == 1
    CheckpointPlace.objects.update(failed_at=Now() - timedelta(minutes=1))
    seal_audit()
    assert (place().fault, place().heads) == ("", {"trail": 1})


def test_a_host_that_the_operator_did_not_allow_gets_nothing(settings, department):
    settings.CHECKPOINT_COPIES = ["http://10.1.2.3/checkpoints"]
    audit.record(CLOCK, "department.changed", department)
    assert seal_audit() == 1
    assert (place().heads, place().stored_at) == ({}, None)
    assert "10.1.2.3" in place().fault
