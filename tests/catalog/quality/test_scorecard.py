from catalog.quality.scorecard import MEASURES, Rate, rates_of, score_of

COUNTS = {
    "points": 150,
    "points_possible": 200,
    "in_force": 2,
    "with_numbers": 1,
    "shareable": 2,
    "shareable_attached": 1,
    "promising": 1,
    "fresh": 1,
}


def rates(**changed):
    return {measure.code: Rate(0, 0, None) for measure in MEASURES} | changed


def test_each_rate_divides_the_counts_that_its_formula_names():
    found = rates_of(COUNTS)
    assert found["completeness"] == Rate(150, 200, 0.75)
    assert found["census"] == Rate(1, 2, 0.5)
    assert found["attachment"] == Rate(1, 2, 0.5)
    assert found["timeliness"] == Rate(1, 1, 1.0)


def test_what_cannot_be_measured_is_neither_good_nor_bad():
    found = rates_of(COUNTS)
    assert found["corrections"] == Rate(0, 0, None)
    # 75 % of 25, 50 % of 10, 50 % of 25 and 100 % of 20 points, out of 80.
    assert score_of(found) == 70.3
    assert score_of(rates_of({})) is None


def test_one_rate_alone_is_the_score():
    assert score_of(rates(updates=Rate(2, 3, 0.6667))) == 66.7


def test_the_weights_of_the_measures_are_said_and_told_apart():
    codes = [measure.code for measure in MEASURES]
    assert len(set(codes)) == len(codes)
    assert all(measure.weight > 0 and measure.zh and measure.en for measure in MEASURES)
