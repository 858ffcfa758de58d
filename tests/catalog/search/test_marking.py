"""Places that answer, and what was meant."""

import pytest

from catalog.search.marking import SNIPPET, marks, meant, snippet
from catalog.search.query import Asked


@pytest.mark.parametrize(
    ("question", "text", "marked"),
    [
        ("公积金 贷款", "个人公积金贷款", [(2, 7)]),
        ("低保", "农村低保、城市低保", [(2, 4), (7, 9)]),
        ("gongjijin", "个人公积金贷款", [(2, 5)]),
        ("gjj", "个人公积金贷款", [(2, 5)]),
        ("api", "企业API清单", [(2, 5)]),
        ("水库", "路灯", []),
    ],
)
def test_places_are_marked(question, text, marked):
    assert marks(Asked(question), text) == marked


def test_a_long_text_is_shown_around_its_first_place():
    text = "无" * 300 + "低保" + "无" * 300
    part, places = snippet(Asked("低保"), text)
    assert (len(part), places) == (SNIPPET, [(20, 22)])


@pytest.mark.parametrize(
    ("question", "names", "said"),
    [
        ("不动产登既", ["叙永县不动产登记收费"], "不动产登记"),
        ("法律缓助 中心", ["银川市法律援助中心"], "法律援助 中心"),
        ("公积金", ["公积金贷款"], None),
        ("水库", ["路灯"], None),
    ],
)
def test_what_was_meant(question, names, said):
    assert meant(Asked(question), names) == said
