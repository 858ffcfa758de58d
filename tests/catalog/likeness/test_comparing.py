"""Planted duplicates are found among the real catalogues, and neighbours are left alone."""

import pytest

from bench.catalog.planting import plant
from bench.catalog.real import is_there
from bench.catalog.truth import find, rate


@pytest.mark.skipif(not is_there(), reason="the real catalogues do not lie beside the project")
def test_nine_of_ten_planted_duplicates_are_found_and_nine_of_ten_found_are_right():
    planted = plant(11)
    score = rate(planted, find(planted.rows))
    assert len(planted.same) == 683
    assert score.precision >= 0.9
    assert score.recall >= 0.9
    # Other years, quarters, districts and deeds of the same table.
    assert len(planted.apart) > 1000
    assert score.confused.total() <= len(planted.apart) / 100
