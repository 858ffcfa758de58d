"""Four facets in one number."""

from catalog.search.traits import ALL, Traits, chosen, pack, unpack


def test_every_combination_has_a_number_of_its_own():
    assert len(ALL) == 4 * 9 * 7 * 2
    assert all(unpack(number) == traits for number, traits in ALL.items())
    assert max(ALL) < 2**15


def test_numbers_stand_in_the_database_and_stay():
    assert pack(Traits("conditional", "monthly", "database", True)) == 1159


def test_combinations_are_chosen_by_their_values():
    found = chosen({"share_type": {"conditional"}, "is_open": {True}})
    assert len(found) == 9 * 7
