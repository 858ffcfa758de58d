"""UTF-8 and GB 18030 are told apart; who cannot tell refuses."""

import pytest

from kernel.charsets import encoding_of, is_utf8_misread

CHINESE = ("示例县", "我们", "数据共享交换平台，按需共享。", "代码,名称\n1,𠮷林\n")


@pytest.mark.parametrize("text", CHINESE)
def test_each_is_known_by_its_bytes(text):
    assert (encoding_of(text.encode()), encoding_of(text.encode("gb18030"))) == (
        "utf-8-sig",
        "gb18030",
    )
    assert is_utf8_misread(text.encode())
    assert not is_utf8_misread(text.encode("gb18030"))


def test_latin_text_is_both():
    assert not is_utf8_misread(b"code,name\n")
    assert encoding_of(b"\xef\xbb\xbfcode") == "utf-8-sig"


@pytest.mark.parametrize(
    "raw",
    [
        ("统一社会信用代码" * 9).encode() + b"\xff",
        "臺灣人的資料不是我的".encode("big5"),
        "姓名".encode("gb18030") + b"\xff",
        "姓名\ue000".encode("gb18030"),
    ],
    ids=["damaged UTF-8", "Big5", "neither", "characters of one's own"],
)
def test_what_cannot_be_told_is_not_guessed(raw):
    assert encoding_of(raw) is None
