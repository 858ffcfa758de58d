"""The labelled register of the benchmark, in small: its truth is the behaviour, not the rules."""

import pytest
from django.utils import timezone

from accounts.actions.scans import scan_systems
from accounts.actor import CLOCK
from accounts.models import Verdict
from bench.zombies.population import populate
from bench.zombies.score import score
from bench.zombies.writing import make_departments, write_signals, write_systems

SEED, SYSTEMS = 21, 200


def test_a_seed_always_draws_the_same_register():
    today = timezone.localdate()

    one, two = (list(populate(SEED, 40, today)) for _ in range(2))

    assert [made.behaviour for made in one] == [made.behaviour for made in two]


@pytest.mark.django_db
def test_of_200_systems_the_dead_are_found_and_nobody_is_suspected_for_silence():
    today = timezone.localdate()
    made = list(populate(SEED, SYSTEMS, today))
    write_systems(made, make_departments(10))
    write_signals(made, today)

    judged = scan_systems(actor=CLOCK).judged
    verdicts = Verdict.objects.values("system_id", "level", "findings")
    found = score(made, {row["system_id"]: row for row in verdicts})

    assert judged == SYSTEMS
    assert found.overall.precision >= 0.95
    assert found.overall.recall >= 0.85
    assert found.silent > 0
    assert found.silent_suspected == 0
