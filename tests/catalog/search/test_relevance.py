"""Sixty questions over the three real catalogues, judged by hand."""

import csv
from pathlib import Path

import pytest

from catalog.search.finding import find
from catalog.search.matching import Narrowing
from tests.catalog.realdata import real_file
from tests.catalog.search.real import load_real_catalogues

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
JUDGED = Path(__file__).with_name("judged.tsv")
FIRST, WANTED_SHARE = 10, 0.9


def judged():
    with JUDGED.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_there_are_sixty_questions_of_every_kind():
    rows = judged()
    assert len(rows) == 60
    assert {row["kind"] for row in rows} == {
        "two characters", "words", "sentence", "synonym", "pinyin", "initials", "typo",
    }  # fmt: skip


def test_nine_questions_in_ten_have_all_wanted_entries_among_the_first_ten():
    for name in ("anhui_luan", "ningxia_yinchuan", "sichuan_luzhou"):
        real_file("catalogues", f"{name}.json")
    load_real_catalogues()
    failed = {}
    for row in judged():
        found = find(row["query"], Narrowing(), limit=FIRST)
        names = {result.hit.name for result in found.results}
        missing = [name for name in row["wanted"].split("|") if name not in names]
        if missing:
            failed[row["query"]] = missing
    assert len(failed) <= 60 * (1 - WANTED_SHARE), failed
