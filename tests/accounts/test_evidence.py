"""Without a place that takes checkpoints, what counts most stops; who looks is told."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from accounts import audit
from accounts.actions.trail import seal_audit
from accounts.actor import CLOCK
from accounts.errors import EvidenceNotStored
from accounts.evidence import require_stored, standings
from accounts.models import CheckpointPlace
from tests.ledgers import execute
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorded(department):
    audit.record(CLOCK, "department.changed", department)
    return department


def grow_old(minutes):
    """Let every place have had all checkpoints so long ago."""
    CheckpointPlace.objects.update(stored_at=Now() - timedelta(minutes=minutes))


def test_an_empty_platform_may_begin(db):
    require_stored()


def test_what_was_never_stored_counts_from_the_first_entry_of_all(recorded):
    require_stored()
    execute("UPDATE accounts_auditevent SET at = at - interval '61 minutes'")
    with pytest.raises(EvidenceNotStored) as refused:
        require_stored()
    assert refused.value.detail == (
        "the checkpoint file has not taken a checkpoint of the evidence for 61 minutes (nothing was"
        " sealed since: beat, or the worker of the queue clock, does not run); reading goes on, and"
        " publishing and granting do so once an operator has mended it"
    )
    assert refused.value.facts["retry_after"] == 60
    seal_audit()
    require_stored()


def test_it_costs_one_read(recorded, django_assert_num_queries):
    seal_audit()
    with django_assert_num_queries(1):
        require_stored()


def test_one_place_of_two_that_takes_nothing_is_enough(recorded, settings, tmp_path):
    settings.CHECKPOINT_COPIES = ["https://witness.example.gov.cn/checkpoints"]
    settings.CHECKPOINT_LIMIT_SECONDS = 600
    seal_audit()
    execute("UPDATE accounts_auditevent SET at = at - interval '6 minutes'")
    file, host = standings()
    assert (file.fault, file.is_late) == ("", False)
    assert (host.label, host.is_late, host.stops) == ("witness.example.gov.cn", True, False)
    assert host.fault != ""
    require_stored()
    execute("UPDATE accounts_auditevent SET at = at - interval '6 minutes'")
    with pytest.raises(EvidenceNotStored, match=r"^the witness\.example\.gov\.cn has not taken"):
        require_stored()


def test_a_place_that_is_no_longer_named_stops_nothing(recorded, settings, tmp_path):
    settings.CHECKPOINT_COPIES = [str(tmp_path / "copy.ndjson")]
    seal_audit()
    CheckpointPlace.objects.filter(address__endswith="copy.ndjson").update(
        stored_at=Now() - timedelta(days=9)
    )
    with pytest.raises(EvidenceNotStored):
        require_stored()
    settings.CHECKPOINT_COPIES = []
    require_stored()


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(10, None), (31, "长时间未接收证据检查点的位置"), (61, "已停止发布和授权")],
)
@pytest.mark.parametrize("role", ["operator", "auditor", "steward"])
def test_the_home_page_of_who_must_know_says_so(recorded, role, minutes, words):
    seal_audit()
    grow_old(minutes)
    page = text(browser_of(member_with((role,), recorded)).get("/"))
    told = words is not None and words in page
    assert told == (words is not None and role != "steward")


def test_the_figures_tell_the_age_of_each_place_and_whether_it_stops(recorded, client):
    seal_audit()
    audit.record(CLOCK, "department.changed", recorded)
    grow_old(61)
    answer = client.get("/metrics", headers={"Authorization": "Bearer test-metrics-token"})
    told = dict(line.rsplit(" ", 1) for line in answer.content.decode().splitlines())
    assert told['shuqiao_evidence_unsealed{ledger="trail"}'] == "1.0"
    assert told['shuqiao_evidence_unsealed{ledger="uses"}'] == "0.0"
    assert float(told['shuqiao_checkpoint_age_seconds{place="checkpoint file"}']) >= 3660
    assert told["shuqiao_evidence_stopped"] == "1.0"


def test_anybody_may_have_the_public_keys(client):
    answer = client.get("/.well-known/evidence-keys")
    assert answer.content.decode().startswith("ed25519.public:")
