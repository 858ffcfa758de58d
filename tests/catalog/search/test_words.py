"""Lexemes of an entry."""

from catalog.search.words import MAX_LEXEMES, Text, lexemes, runs


def test_runs_are_of_one_script_in_one_width_and_case():
    assert runs("泸州市（ＰＭ2.5）数据_API") == ["泸州市", "pm2", "5", "数据", "api"]


def test_a_name_has_words_pairs_characters_sounds_and_initials():
    found = lexemes(Text("公积金"))
    words = "公积 积金 公积金 @公积 @积金 @公积金 @公 @积 @金 ~gon-ji ~ji-jin ^gjj"
    assert found == sorted(words.split())


def test_other_texts_have_words_and_pairs_only():
    assert lexemes(Text("", "", ("缴存",))) == ["缴存"]


def test_departments_are_found_by_their_sound():
    assert "~jiao-yu" in lexemes(Text("", "教育局"))


def test_a_document_has_a_greatest_size_and_the_name_is_in_it():
    endless = " ".join(f"w{n}" for n in range(2 * MAX_LEXEMES))
    found = lexemes(Text("公积金", "", (endless,)))
    assert len(found) == MAX_LEXEMES
    assert "@公积" in found
