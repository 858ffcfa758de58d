"""Questions to the index."""

import pytest

from catalog.search.query import Asked


def words(text, synonyms=()):
    return [term.word for term in Asked(text, synonyms).terms]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("公积金贷款", ["公积金", "贷款"]),
        ("学校 食堂", ["学校", "食堂"]),
        ("公基金", ["公基金"]),
        ("企业的信息", ["企业", "信息"]),
        ("水", ["水"]),
        ("PM2.5", ["pm2", "5"]),
        ("！？", []),
    ],
)
def test_a_question_is_cut_into_words(text, cut):
    assert words(text) == cut


def test_a_phrase_with_synonyms_is_one_word():
    asked = Asked("公民身份号码查验", [["身份证", "公民身份号码"]])
    assert asked.terms[0] == ("公民身份号码", ("身份证",))


def test_all_words_are_asked_for_by_their_pairs():
    assert Asked("公积金 网点").strict == "(('公积' & '积金') & '网点')"


def test_a_single_character_is_looked_for_in_the_name():
    assert Asked("水").strict == "'@水'"


def test_letters_are_a_word_or_pinyin_or_initials():
    assert Asked("sbk").strict == "('sbk' | '^sbk')"
    assert "('~gon-ji' & '~ji-jin')" in Asked("gongjijin").strict
    assert "'~ji-j':*" in Asked("gongjij").strict


def test_a_wrong_character_is_forgiven():
    asked = Asked("法律缓助中心")
    assert "('法律' & ('助中' & '中心'))" in asked.forgiving


def test_general_words_choose_nothing():
    assert [term.word for term in Asked("企业信息").choosing] == ["企业"]
    assert [term.word for term in Asked("信息").choosing] == ["信息"]


def test_nothing_typed_can_break_the_question():
    for text in ("'; DROP TABLE--", "\\", "a:*b & !", "((", "\u200b", "'" * 300):
        assert Asked(text).strict.count("'") % 2 == 0
