"""A task is an alarm bell: one statement, a known name, and somebody who rings it."""

from __future__ import annotations

import ast

import pytest

from config.celery import app
from tests.architecture.sources import APPS, functions, python_files, tree_of

FILES = [
    path for path in python_files(*APPS) if path.name == "tasks.py" and path.parent.name in APPS
]
TASKS = {
    ast.literal_eval(
        next(word.value for word in node.decorator_list[0].keywords if word.arg == "name")
    ): node
    for path in FILES
    for node in functions(path).values()
}


def woken() -> set[str]:
    return {
        ast.literal_eval(node.args[0])
        for path in python_files(*APPS)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "wake"
    }


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_task_only_calls_an_action(name):
    body = TASKS[name].body
    deeds = body[1:] if ast.get_docstring(TASKS[name]) else body
    assert len(deeds) == 1
    assert isinstance(deeds[0], ast.Expr)
    assert isinstance(deeds[0].value, ast.Call)
    assert not TASKS[name].args.args, "what is due is in the database, not in a message"


def test_every_name_that_is_rung_is_a_task():
    app.loader.import_default_modules()
    beat = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert woken() <= set(TASKS)
    assert beat <= set(TASKS)
    assert set(app.conf.task_routes) <= set(TASKS)
    assert set(TASKS) <= set(app.tasks)


def test_every_task_is_on_the_timetable():
    """A bell may be lost with the broker; the timetable then finds what is due."""
    beat = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert set(TASKS) == beat
