"""State tables: legal moves only, and of two rivals exactly one."""

import threading

import pytest
from django.db import connection

from accounts.models import InformationSystem
from accounts.states import SYSTEM
from kernel.errors import IllegalMove
from kernel.states import Machine
from tests.factories.accounts import SystemFactory

LIGHT = Machine("light", "red", {"go": ("red", "green"), "stop": ("green amber", "red")})


def test_a_machine_knows_its_states_and_moves():
    assert LIGHT.states == ["red", "green"]
    assert LIGHT.choices == [("red", "Red"), ("green", "Green")]
    assert LIGHT.possible("green") == ["stop"]
    assert LIGHT.allows("red", "go")
    assert not LIGHT.allows("red", "stop")


def test_a_machine_draws_itself():
    assert LIGHT.mermaid().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> red",
        "    red --> green: go",
        "    green --> red: stop",
        "    amber --> red: stop",
    ]


def test_a_move_sets_state_version_and_the_time_of_change(db):
    system = SystemFactory(state="in_operation")
    before = system.updated_at
    SYSTEM.move(system, "suspend", function="停用")
    system.refresh_from_db()
    assert (system.state, system.version, system.function) == ("suspended", 2, "停用")
    assert system.updated_at > before


def test_an_illegal_move_changes_nothing_and_names_the_possible_ones(db):
    system = SystemFactory(state="retired")
    with pytest.raises(IllegalMove) as refused:
        SYSTEM.move(system, "resume")
    assert refused.value.facts == {"move": "resume", "state": "retired", "possible": []}
    assert InformationSystem.objects.get().version == 1


def test_a_row_read_before_anothers_move_cannot_make_it_again(db):
    system = SystemFactory(state="in_operation")
    stale = InformationSystem.objects.get(pk=system.pk)
    SYSTEM.move(system, "suspend")
    with pytest.raises(IllegalMove):
        SYSTEM.move(stale, "suspend")
    assert stale.state == "suspended"


@pytest.mark.django_db(transaction=True)
def test_of_eight_rivals_one_wins():
    system = SystemFactory(state="in_operation")
    barrier, won, lost = threading.Barrier(8), [], []

    def rival():
        mine = InformationSystem.objects.get(pk=system.pk)
        try:
            barrier.wait(10)
            SYSTEM.move(mine, "suspend")
            won.append(1)
        except IllegalMove:
            lost.append(1)
        finally:
            connection.close()

    threads = [threading.Thread(target=rival) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (len(won), len(lost)) == (1, 7)
    assert InformationSystem.objects.get().version == 2
