"""Deeds of the trail in words: every verb that an action writes has its Chinese."""

import ast

import pytest
from django.utils import translation

from accounts.portal.deeds import deed_of
from tests.architecture.sources import APPS, python_files, tree_of
from tests.architecture.test_actions import RECORDS


def verbs():
    for path in python_files(*APPS):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in RECORDS:
                verb = node.args[1]
                if isinstance(verb, ast.Constant):
                    yield verb.value


def test_every_deed_has_its_chinese():
    known = sorted(set(verbs()))
    assert len(known) > 200
    with translation.override("zh-hans"):
        assert [verb for verb in known if deed_of(verb).isascii()] == []


@pytest.mark.parametrize("verb", ["case.opened", "list.saved"])
def test_in_english_a_deed_reads_as_it_is_named(verb):
    with translation.override("en"):
        assert deed_of(verb) == verb.replace(".", " ")
