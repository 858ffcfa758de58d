"""The commands that load classes and codes, which may all be run twice."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Category, CodeList, CodeListVersion

pytestmark = pytest.mark.django_db
DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
TREE, DIVISIONS = DATA / "codes" / "national_classification_top.tsv", DATA / "gb2260"
ETHNIC = DATA / "codes" / "GB-3304-1991.csv"


def said(*args):
    out = io.StringIO()
    call_command(*map(str, args), stdout=out)
    return out.getvalue().strip()


def loaded(file, *more, identifier="GB/T 2261.1", effective_on="2003-12-01"):
    known = ("--identifier", identifier, "--effective-on", effective_on)
    return said("load_code_list", file, *known, *more)


@pytest.fixture
def file(tmp_path):
    return lambda text: (tmp_path / "codes.csv", (tmp_path / "codes.csv").write_text(text))[0]


def test_a_tree_is_loaded_once(file):
    path = file("code,name\n3,部门\n307,省级\n")
    assert said("load_categories", path) == "2 new, 0 renamed, 0 unchanged"
    assert said("load_categories", path) == "0 new, 0 renamed, 2 unchanged"


def test_a_wrong_tree_is_refused_in_words(file):
    with pytest.raises(CommandError, match="#/categories/0/code: 307: a class without a parent"):
        said("load_categories", file("code,name\n307,省级\n"))
    assert not Category.objects.exists()


@pytest.mark.skipif(not TREE.exists(), reason="the national classification is not here")
def test_the_top_of_the_national_classification_is_a_tree():
    assert said("load_categories", TREE) == "164 new, 0 renamed, 0 unchanged"
    leaf = Category.objects.get(code="307024")
    assert (leaf.name, leaf.parent.code, leaf.parent.parent.code) == ("四川省", "307", "3")
    assert said("load_categories", TREE) == "0 new, 0 renamed, 164 unchanged"


def test_a_code_list_is_added_then_revised(file):
    first = file("代码,名称\n1,男性\n2,女性\n")
    assert loaded(first, "--name", "性别") == "GB/T 2261.1: version 1 with 2 codes"
    assert loaded(first, "--message", "无") == "GB/T 2261.1: version 1 says the same"
    second = file("代码,名称\n1,男\n9,未说明\n")
    assert loaded(second, "--message", "修订") == (
        "GB/T 2261.1: version 2: 1 new, 1 gone, 1 renamed"
    )
    assert CodeList.objects.get().current.pairs == {"1": "男", "9": "未说明"}


def test_a_new_list_needs_a_name_and_a_revision_a_reason(file):
    with pytest.raises(CommandError, match="give it a --name"):
        loaded(file("code,name\n1,男\n"))
    loaded(file("code,name\n1,男\n"), "--name", "性别")
    with pytest.raises(CommandError, match="#/change_message"):
        loaded(file("code,name\n2,女\n"))
    assert CodeListVersion.objects.count() == 1


@pytest.mark.skipif(not ETHNIC.exists(), reason="GB/T 3304 is not here")
def test_columns_and_lines_of_a_foreign_file_are_chosen():
    columns = ("--code-column", "code_number", "--only", "enabled=1")
    told = loaded(ETHNIC, "--name", "民族", *columns, identifier="GB/T 3304")
    assert told == "GB/T 3304: version 1 with 56 codes"
    assert CodeList.objects.get().current.pairs["01"] == "汉族"


def test_a_code_that_stands_twice_is_refused_unless_its_last_line_is_wanted(file):
    twice = file("code,name\n1,甲\n2,乙\n1,丙\n")
    with pytest.raises(CommandError, match="#/codes/2/code: 1 stands at place 0 already"):
        loaded(twice, "--name", "某表")
    loaded(twice, "--name", "某表", "--last-of-twice")
    assert CodeList.objects.get().current.pairs == {"1": "丙", "2": "乙"}


@pytest.mark.skipif(not DIVISIONS.is_dir(), reason="the revisions of GB/T 2260 are not here")
def test_72_revisions_of_the_division_codes_are_59_versions():
    """13 of the 71 steps change nothing and make no version; six give a code to several places."""
    for file in sorted(DIVISIONS.glob("*.tsv")):
        year, month = file.stem[:4], file.stem[4:]
        words = ("--name", "中华人民共和国行政区划代码", "--message", f"{year}年{month}月版")
        words += ("--last-of-twice",)
        loaded(file, *words, identifier="GB/T 2260", effective_on=f"{year}-{month}-01")
    assert CodeListVersion.objects.count() == 59
    assert CodeList.objects.get().current.number == 59
