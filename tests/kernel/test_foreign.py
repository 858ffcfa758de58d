"""What goes wrong in a parser's own process is a refusal that says how to mend the file."""

import signal

import pytest

from kernel.confined import MIB
from kernel.errors import Malformed, TooLarge
from kernel.foreign import parsed
from kernel.texts import spoken

TASKS = "tests.kernel.confinedtasks:"


def run(name, *arguments, **bounds):
    return list(
        parsed(TASKS + name, *arguments, unreadable=Malformed, too_large=TooLarge, **bounds)
    )


def test_a_refusal_is_the_one_that_was_made():
    with pytest.raises(Malformed) as refused:
        run("refusing", 5)
    assert refused.value.detail == "at most 5 rows"
    assert refused.value.facts == {"limit": 5}
    assert spoken(refused.value.detail) == "at most 5 rows"


@pytest.mark.parametrize("task", [("stumbling",), ("dying", int(signal.SIGSEGV))])
def test_a_parser_that_breaks_refuses_the_file(task):
    with pytest.raises(Malformed, match="save it anew"):
        run(*task)


def test_a_file_that_wants_too_much_is_too_large():
    with pytest.raises(TooLarge, match="more memory"):
        run("hungry", 900 * MIB, memory=512 * MIB)
    with pytest.raises(TooLarge, match="takes longer"):
        run("endless", seconds=1)
