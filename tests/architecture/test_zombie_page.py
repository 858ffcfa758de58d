"""The page on zombie systems says what the rules do."""

import re
from dataclasses import asdict

from accounts.dueprocess import ANSWER_WORKDAYS, LEAST_WORKDAYS, MOST_WORKDAYS
from accounts.states import ZOMBIE_CASE
from accounts.vocabulary import Criterion, Level, SignalKind
from accounts.zombies.thresholds import DEFAULTS
from config.env import BASE_DIR

PAGE = (BASE_DIR / "docs/howto/zombies.md").read_text()
REGISTER = (BASE_DIR / "docs/howto/register.md").read_text()


def test_the_thresholds_of_the_page_are_the_defaults() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", PAGE, re.MULTILINE)
    assert {name: float(value) for name, value in rows} == asdict(DEFAULTS)


def test_the_criteria_stand_there_word_for_word() -> None:
    for criterion in Criterion:
        assert f"| {criterion.value} | {criterion.label} |" in PAGE


def test_levels_and_steps_are_named() -> None:
    assert all(f"`{level.value}`" in PAGE for level in Level)
    assert all(f"`{step}`" in PAGE for step in ZOMBIE_CASE.moves)
    term = f"{LEAST_WORKDAYS} to {MOST_WORKDAYS} working days, {ANSWER_WORKDAYS} unless"
    assert term in PAGE


def test_every_kind_of_fact_is_explained() -> None:
    assert all(f"`{kind.value}`" in REGISTER and kind.label in REGISTER for kind in SignalKind)
