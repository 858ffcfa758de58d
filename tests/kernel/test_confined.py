"""A parser in a process of its own has its bounds, knows nothing of ours, and harms nobody."""

import os
import signal
from datetime import date, datetime, time, timedelta

import pytest

from kernel.confined import MIB, Raised, Stopped, confined

TASKS = "tests.kernel.confinedtasks:"


def run(name, *arguments, **bounds):
    return list(confined(TASKS + name, *arguments, **bounds))


def test_plain_values_come_back_as_they_were():
    kinds = [
        None,
        True,
        7,
        1.5,
        "业务",
        date(2026, 1, 31),
        datetime.fromisoformat("2026-01-31T08:05"),
    ]
    assert run("values", 2) == [[*kinds, time(8, 5), timedelta(hours=30)]] * 2


def test_the_child_knows_no_variable_of_ours_and_holds_no_file_of_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "canary")
    with (tmp_path / "open").open("w") as held:
        os.set_inheritable(held.fileno(), True)
        names, files, space = run("surroundings", memory=512 * MIB)
    assert "SECRET_KEY" not in names
    assert "DATABASE_URL" not in names
    # The folder that is being listed.
    assert len(files) == 1
    assert space == [512 * MIB, 512 * MIB]


def test_more_memory_than_it_gets_ends_it():
    assert run("hungry", 10 * MIB, memory=512 * MIB) == [10 * MIB]
    with pytest.raises(Stopped) as stopped:
        run("hungry", 900 * MIB, memory=512 * MIB)
    assert stopped.value.why == "memory"


def test_more_time_than_it_gets_ends_it():
    with pytest.raises(Stopped) as stopped:
        run("endless", seconds=1)
    assert stopped.value.why == "time"


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_crash_is_told_and_nothing_of_it_is_believed(number):
    with pytest.raises(Stopped) as stopped:
        run("dying", int(number))
    assert stopped.value.why == "crash"


def test_it_fills_no_disk(tmp_path):
    with pytest.raises(Raised) as raised:
        run("writing", str(tmp_path / "large"), 3 * MIB, written=2 * MIB)
    assert raised.value.name == "OSError"
    assert (tmp_path / "large").stat().st_size <= 2 * MIB


def test_a_refusal_comes_with_what_it_says():
    with pytest.raises(Raised) as raised:
        run("refusing", 5)
    assert raised.value.name == "Malformed"
    told = ["at most {most} rows", {"most": 5}]
    assert raised.value.attributes == {"detail": told, "facts": {"limit": 5}}


def test_a_bug_is_named_by_its_place():
    with pytest.raises(Raised, match=r"IndexError at confinedtasks\.py:\d+"):
        run("stumbling")
