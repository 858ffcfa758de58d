"""How like two systems are."""

import pytest

from accounts.similarity import Profile, likeness, similar_to


@pytest.mark.parametrize(
    ("one", "other", "similar"),
    [
        ("示例省民政厅OA办公系统", "示例省财政厅OA办公平台", True),
        ("婚姻登记信息系统", "婚姻登记管理系统", True),
        ("婚姻登记信息系统", "学籍管理系统", False),
        ("道路运政信息系统", "不动产登记信息系统平台", False),
    ],
)
def test_names_are_compared_without_places_and_general_words(one, other, similar):
    assert likeness(Profile(1, one), Profile(2, other)).is_similar is similar


def test_shares_are_of_the_first_systems_own_items():
    one = Profile(1, "甲乙", frozenset("abcd"), frozenset("xy"))
    other = Profile(2, "丙丁", frozenset("abc"), frozenset("yz"))
    found = likeness(one, other)
    assert (found.business, found.data, found.name, found.score) == (0.75, 0.5, 0.0, 0.75)
    assert (found.shared_business, found.shared_data) == (("a", "b", "c"), ("y",))
    assert likeness(other, one).business == 1.0


def test_the_likest_come_first_and_at_most_so_many():
    one = Profile(0, "甲乙", frozenset("ab"))
    others = [Profile(n, f"丙丁{n}", frozenset("ab" if n % 2 else "a")) for n in range(1, 9)]
    assert [made.other.id for made in similar_to(one, others, most=5)] == [1, 3, 5, 7, 2]
    assert similar_to(one, [Profile(9, "戊己")]) == []
