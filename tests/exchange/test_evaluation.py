"""The evaluation's arithmetic: shares with their counts, means of what has cases."""

from exchange.evaluation import INDICATORS, Dimension, evaluate


def test_each_indicator_says_its_formula_in_both_languages_and_has_one_code():
    assert len({row.code for row in INDICATORS}) == len(INDICATORS)
    assert all(row.formula_zh and row.formula_en and row.title for row in INDICATORS)
    assert {row.dimension for row in INDICATORS} == set(Dimension)


def test_a_department_without_cases_has_no_score():
    found = evaluate({})
    assert found.score is None
    assert set(found.dimensions.values()) == {None}
    assert [value.share for value in found.values] == [None] * len(INDICATORS)


def test_a_dimension_is_the_mean_of_the_indicators_that_have_cases():
    found = evaluate({"answered_in_time": (9, 10), "shared_in_time": (1, 2)})
    assert found.dimensions == {
        Dimension.TIMELINESS: 70.0,
        Dimension.QUALITY: None,
        Dimension.USE: None,
        Dimension.SECURITY: None,
    }
    assert found.score == 70.0


def test_dimensions_weigh_the_same_however_many_indicators_they_have():
    counts = {"answered_in_time": (1, 1), "shared_in_time": (1, 1), "attached": (0, 4)}
    assert evaluate(counts).score == 50.0


def test_a_share_keeps_four_digits_of_its_counts():
    (value,) = [
        row for row in evaluate({"attached": (1, 3)}).values if row.indicator.code == "attached"
    ]
    assert (value.part, value.whole, value.share) == (1, 3, 0.3333)
