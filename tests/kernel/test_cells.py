"""Cells of lists: what is told is shown, what is not is a dash, nothing becomes HTML by itself."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, override

from kernel import cells

ROW = SimpleNamespace(
    pk=7, state=("在用", "good"), none=None, names=["甲", "<乙>"], held=SimpleNamespace(pk=9)
)


@pytest.mark.parametrize(
    ("draw", "value", "shown"),
    [
        (cells.text, "民政厅", "民政厅"),
        (cells.text, "", "–"),
        (cells.text, None, "–"),
        (cells.text, 0, "–"),
        (cells.text, date(2026, 3, 1), "2026年3月1日"),
        (cells.number, 0, "0"),
        (cells.number, None, "–"),
        (cells.number, 12345, "12345"),
        (cells.day, date(2026, 3, 1), "2026-03-01"),
        (cells.day, None, "–"),
        (cells.moment, datetime(2026, 3, 1, 20, 5, tzinfo=UTC), "2026-03-02 04:05"),
        (cells.second, datetime(2026, 3, 1, 20, 5, 9, tzinfo=UTC), "2026-03-02 04:05:09"),
        (cells.day, datetime(2026, 3, 1, 20, 5, tzinfo=UTC), "2026-03-02"),
        (cells.code, "X1", "<code>X1</code>"),
        (cells.code, "", "–"),
        (cells.badge, "草稿", '<span class="badge">草稿</span>'),
        (cells.worded("state"), "", '<span class="badge good">在用</span>'),
        (cells.worded("none"), "", "–"),
        (cells.linked("audit-entry"), "一", '<a href="/audit/7">一</a>'),
        (cells.linked("audit-entry", "held.pk"), "", '<a href="/audit/9">–</a>'),
        (cells.listed("names"), "", '<ul class="plain"><li>甲</li><li>&lt;乙&gt;</li></ul>'),
    ],
)
def test_a_cell_reads(draw, value, shown):
    with override("zh-hans"):
        assert str(draw(ROW, value)) == shown


@pytest.mark.parametrize(
    "draw",
    [cells.code, cells.badge, cells.nowrap, cells.linked("audit-entry")],
)
def test_what_is_said_never_becomes_html(draw):
    drawn = draw(ROW, '<script>"')
    assert "&lt;script&gt;&quot;" in drawn
    assert "<script>" not in drawn


def test_text_stays_text_until_the_cells_come_together():
    assert not isinstance(cells.text(ROW, "<b>"), SafeString)
    assert cells.joined([cells.text(ROW, "<b>"), cells.badge(ROW, "一")]) == (
        '&lt;b&gt;<span class="badge">一</span>'
    )


def test_words_are_said_in_the_language_of_the_reader():
    words = gettext_lazy("Sign in")
    with override("zh-hans"):
        chinese = cells.badge(ROW, words)
    with override("en"):
        assert cells.badge(ROW, words) == '<span class="badge">Sign in</span>'
    assert chinese == '<span class="badge">登录</span>'


def test_parts_that_are_not_there_leave_no_gap():
    assert cells.beside("一", "", None, False, cells.code(ROW, "X")) == "一 <code>X</code>"
