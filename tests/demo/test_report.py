"""What the demonstration prints: Chinese characters take two columns."""

from demo.report import folded, pad, wide


def test_chinese_text_is_broken_by_columns_and_never_before_a_stop() -> None:
    text = "近12个月登录 0 次，活跃用户最多 0 人；但为他人所依赖。"
    lines = folded(text, 20)
    assert "".join(lines) == text
    assert all(wide(line) <= 22 for line in lines)
    assert not any(line[0] in "，；。" for line in lines)


def test_a_line_that_fits_stays_whole() -> None:
    assert folded("疑似僵尸", 8) == ["疑似僵尸"]
    assert folded("", 8) == []


def test_columns_are_filled_by_width() -> None:
    assert pad("省", 4) == "省  "
    assert pad("12", 4, left=False) == "  12"
