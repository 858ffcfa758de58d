"""How Chinese sounds, and how letters are read as its sounds."""

import pytest

from catalog.search.sounds import fold, initials, sound_pairs, spelled, syllables


@pytest.mark.parametrize(
    ("syllable", "folded"),
    [("zhang", "zan"), ("chong", "con"), ("shi", "si"), ("gong", "gon"), ("ji", "ji")],
)
def test_sounds_that_many_hear_alike_are_one(syllable, folded):
    assert fold(syllable) == folded


def test_a_word_is_read_as_it_is_read_in_the_word():
    assert syllables("公积金") == ("gon", "ji", "jin")
    assert syllables("重庆") == ("con", "qin")


def test_pairs_know_the_common_reading_too():
    assert {("con", "qin"), ("zon", "qin")} <= sound_pairs("重庆")


def test_initials():
    assert initials("网约车") == "wyc"


@pytest.mark.parametrize(
    ("letters", "ways"),
    [
        ("gongjijin", (("gon", "ji", "jin"),)),
        ("gonjijin", (("gon", "ji", "jin"),)),
        ("xian", (("xian",), ("xi", "an"))),
        ("gongjij", (("gon", "ji", "j*"),)),
        ("gdp", ()),
    ],
)
def test_letters_are_read_in_every_way_that_they_can(letters, ways):
    assert spelled(letters) == ways
