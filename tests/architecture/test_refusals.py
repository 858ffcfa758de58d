"""Refusals on pages speak the reader's language: every detail that actions give is a text that is
known in Chinese, and what pages really refuse has no English left."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings as configured
from django.urls import URLPattern, get_resolver
from django.utils import translation

from accounts.portal.steps import Step
from kernel.refusals import families
from kernel.texts import spoken
from tests.architecture.pages import address_of
from tests.architecture.portalscene import PortalScene
from tests.architecture.test_portal_language import Texts, left, strings
from tests.portal import browser_of

APPS = ("accounts", "catalog", "exchange")
# Details that are passed on: of a fault below, of another refusal, or what a person wrote.
PASSED_ON = re.compile(r"\w+\.(detail|state_reason)|\w+_fault\(.*\)")
ROLES = ("steward", "head", "authority")


def _details() -> Iterator[tuple[str, ast.expr]]:
    """Every detail that an action gives: (file and line, expression)."""
    refusals = {family.__name__ for family in families()}
    for app in APPS:
        for file in sorted(Path(configured.BASE_DIR, app, "actions").glob("*.py")):
            for function in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(function, ast.FunctionDef):
                    for said in _said(function, refusals):
                        yield f"{file.parent.parent.name}/actions/{file.name}:{said.lineno}", said


def _said(function: ast.FunctionDef, refusals: set[str]) -> Iterator[ast.expr]:
    set_here = {
        node.targets[0].id: node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name) if name in refusals:
                details = node.args[:1]
            case ast.Attribute(attr="field", value=ast.Name(id=name)) if name in refusals:
                details = node.args[1:2]
            case _:
                continue
        for detail in details:
            named = set_here.get(detail.id, detail) if isinstance(detail, ast.Name) else detail
            yield from (named.body, named.orelse) if isinstance(named, ast.IfExp) else (named,)


def _pattern(said: ast.expr) -> str | None:
    """The text that translators see; None where there is none."""
    if isinstance(said, ast.Call) and isinstance(said.func, ast.Name) and said.func.id == "Text":
        said = said.args[0]
    return str(said.value) if isinstance(said, ast.Constant) else None


def test_every_detail_of_an_action_is_a_text_with_its_chinese() -> None:
    faults = []
    with translation.override("zh-hans"):
        for place, said in _details():
            pattern = _pattern(said)
            if PASSED_ON.fullmatch(ast.unparse(said)):
                continue
            if pattern is None:
                faults.append(f"{place}: {ast.unparse(said)} is no text that can be translated")
            elif pattern and spoken(pattern) == pattern:
                faults.append(f"{place}: {pattern!r} has no Chinese")
    assert not faults, "\n".join(faults)


def test_chinese_patterns_take_the_values_of_the_english() -> None:
    patterns = {pattern for _, said in _details() if (pattern := _pattern(said))}
    faults = []
    with translation.override("zh-hans"):
        for pattern in patterns:
            names = set(re.findall(r"\{(\w+)", pattern))
            if set(re.findall(r"\{(\w+)", spoken(pattern))) - names:
                faults.append(pattern)
    assert not faults


def _steps() -> Iterator[tuple[str, str, Step]]:
    """Every step of the portal: (name of its address, verb, step)."""
    for pattern in _patterns(get_resolver().url_patterns):
        if "slug:verb" not in str(pattern.pattern):
            continue
        module = import_module(pattern.callback.__module__)
        for steps in vars(module).values():
            if isinstance(steps, dict):
                for verb, step in steps.items():
                    if isinstance(step, Step):
                        yield str(pattern.name), verb, step


def _patterns(patterns: list[Any]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from _patterns(pattern.url_patterns)


def _filled(form: Any) -> dict[str, Any]:
    """Something of the right kind in every field, the more likely wrong."""
    said: dict[str, Any] = {}
    for name, field in form.base_fields.items():
        if isinstance(field, forms.DateField):
            said[name] = "2020-01-02"
        elif isinstance(field, forms.IntegerField | forms.DecimalField):
            said[name] = "999"
        elif isinstance(field, forms.ChoiceField):
            values = [value for value, _ in field.choices if value]
            said[name] = values[:1]
        else:
            said[name] = "核对"
    return said


@pytest.mark.slow
@pytest.mark.usefixtures("db", "official_calendar")
def test_what_pages_refuse_has_no_english_left(settings: Any, tmp_path: Any) -> None:
    settings.STORE_DIR = tmp_path / "store"
    scene = PortalScene()
    browsers = [browser_of(scene.people[role, "owner"]) for role in ROLES]
    data = strings()
    faults, statuses = set(), set()
    routes = {str(one.pattern): one for one in _patterns(get_resolver().url_patterns)}
    addresses = {str(one.name): route for route, one in routes.items()}
    for name, verb, step in sorted(_steps(), key=lambda one: one[:2]):
        address = address_of(addresses[name], scene.ids).removesuffix("x") + verb
        for browser in browsers:
            answer = browser.post(address, _filled(step.form))
            statuses.add(answer.status_code)
            if answer.status_code < 400 or "html" not in answer.get("Content-Type", ""):
                continue
            page = Texts()
            page.feed(answer.content.decode())
            said = [text for text in page.found if left(text, "zh-hans", data)]
            faults |= {f"{name} {verb} ({answer.status_code}): {text[:120]!r}" for text in said}
    assert {403, 404, 409, 422} <= statuses
    assert not faults, "\n".join(sorted(faults))
