"""The questions of the benchmark of search."""

import pytest

from bench.catalog.real import is_there
from catalog.search.words import GENERAL

pytestmark = pytest.mark.skipif(not is_there(), reason="the real catalogues are not here")


def test_the_questions_are_the_same_in_every_run_and_ask_for_something():
    from bench.catalog.search_steps import questions

    asked = questions(200)
    assert asked == questions(200)
    assert len(set(asked)) > 150
    assert not GENERAL & set(asked)
    assert {len(text.split()) for text in asked} == {1, 2, 3}
