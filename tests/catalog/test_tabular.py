import pytest

from catalog.tabular import read_codes
from kernel.errors import Malformed


def pairs(text, encoding="utf-8", **asked):
    return [(line.code, line.name) for line in read_codes(text.encode(encoding), **asked)]


def test_a_table_is_read_by_its_usual_headings_whatever_stands_beside_them():
    assert pairs("code\tname\n3\t部门\n307\t省级\n") == [("3", "部门"), ("307", "省级")]
    assert pairs("Source\tRevision\tCode\tName\nmca\t198012\t110000\t北京市\n") == [
        ("110000", "北京市")
    ]
    assert pairs('序号,代码,名称\r\n1,A,"农、林、牧、渔业"\r\n') == [("A", "农、林、牧、渔业")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_both_charsets_of_chinese_files_are_read(encoding):
    assert pairs("代码,名称\n01,汉族\n", encoding) == [("01", "汉族")]


def test_columns_and_lines_can_be_chosen():
    text = "id,name,code_letter,enabled\n1,汉族,HA,1\n2,蒙古族,MG,0\n\n3,回族,HU,1\n"
    asked = {"code_column": "code_letter", "only": {"enabled": "1"}}
    assert pairs(text, **asked) == [("HA", "汉族"), ("HU", "回族")]


def test_a_line_knows_its_place_in_the_file():
    assert [line.line for line in read_codes(b"code,name\n\n1,a\n2,b\n")] == [3, 4]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"number,title\n1,a\n", "there is no column code or 代码"),
        (b"code,title\n1,a\n", "there is no column name or 名称"),
        (b"", "there is no column code"),
        (b"code,name\n\xff\xff\xff,a\n", "neither UTF-8 nor GB18030"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(body, told):
    with pytest.raises(Malformed, match=told):
        read_codes(body)


def test_a_column_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(Malformed, match="no column x; the columns are: code, name"):
        read_codes(b"code,name\n", only={"x": "1"})
