"""The evaluation of departments in four dimensions (Order 809 Art. 38): pure rules over counts.

An indicator is a share of two counts; its formula stands beside its number. A department without
cases has no value there, which counts neither for nor against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Dimension(StrEnum):
    """What Art. 38 has the authority supervise."""

    TIMELINESS = "timeliness"
    QUALITY = "quality"
    USE = "use"
    SECURITY = "security"


@dataclass(frozen=True)
class Indicator:
    """A share ``part / whole`` that is better the nearer it is to one."""

    code: str
    dimension: Dimension
    title: str
    formula_zh: str
    formula_en: str


@dataclass(frozen=True)
class Value:
    """An indicator of one department with its counts; ``share`` is None without cases."""

    indicator: Indicator
    part: int
    whole: int

    @property
    def share(self) -> float | None:
        """part / whole."""
        return round(self.part / self.whole, 4) if self.whole else None


@dataclass(frozen=True)
class Evaluation:
    """One department's counts ``{indicator's code: (part, whole)}``, the scores of the dimensions
    in their order, and that of the whole, 0 to 100."""

    counts: Mapping[str, tuple[int, int]]
    scores: tuple[float | None, ...]
    score: float | None

    @property
    def dimensions(self) -> dict[Dimension, float | None]:
        """The score of each dimension."""
        return dict(zip(Dimension, self.scores, strict=True))

    @property
    def values(self) -> tuple[Value, ...]:
        """Every indicator, in their order."""
        return tuple(Value(row, *self.counts.get(row.code, (0, 0))) for row in INDICATORS)


_IN_TIME = "met in time / (met in the period + overdue at its end)"
_IN_TIME_ZH = "按期办结数 ÷（期内办结数 + 期末逾期未结数）"
_T, _Q, _U, _S = Dimension
INDICATORS: tuple[Indicator, ...] = (
    Indicator(
        "answered_in_time", _T, "按时答复率", f"C3、C4：{_IN_TIME_ZH}", f"C3 and C4: {_IN_TIME}"
    ),
    Indicator("shared_in_time", _T, "按时共享率", f"C5：{_IN_TIME_ZH}", f"C5: {_IN_TIME}"),
    Indicator("corrected_in_time", _T, "校核按时率", f"C6：{_IN_TIME_ZH}", f"C6: {_IN_TIME}"),
    Indicator("updated_in_time", _T, "目录更新及时率", f"C1：{_IN_TIME_ZH}", f"C1: {_IN_TIME}"),
    Indicator(
        "rows_accepted",
        _Q,
        "数据合格率",
        "期内发布批次的合格记录数 ÷ 收到记录数",
        "accepted / received rows of the batches published in the period",
    ),
    Indicator(
        "undisputed_data",
        _Q,
        "数据无误率",
        "期内未因异议更正的数据集 ÷ 在用数据集",
        "open datasets without a correction after an objection in the period / open datasets",
    ),
    Indicator(
        "complete_entries",
        _Q,
        "目录完整率",
        "要素齐全的已发布目录 ÷ 已发布目录",
        "entries in force that lack nothing / entries in force",
    ),
    Indicator(
        "fresh_data",
        _Q,
        "数据更新及时率",
        "未超更新周期的目录 ÷ 有更新周期承诺的目录",
        "entries whose data is not overdue / entries in force that promise a cycle",
    ),
    Indicator(
        "interfaces_answer",
        _Q,
        "接口成功率",
        "期内提供方正常应答的接口调用 ÷ 期内接口调用",
        "calls of service interfaces that their provider answered / calls made in the period",
    ),
    Indicator(
        "attached",
        _U,
        "挂接率",
        "已挂接数据或接口的可共享目录 ÷ 可共享目录",
        "shareable entries in force with an open dataset or interface / those in force",
    ),
    Indicator(
        "consented",
        _U,
        "申请同意率",
        "期内同意的申请 ÷ 期内答复的申请",
        "requests consented to / requests answered in the period",
    ),
    Indicator(
        "grants_used",
        _U,
        "授权使用率",
        "期内有交换的授权 ÷ 期初已有的有效授权",
        "running grants held with a delivery in the period / those held since before it",
    ),
    Indicator(
        "not_suspended",
        _S,
        "授权合规率",
        "期内未因违规暂停的授权 ÷ 期内持有的授权",
        "grants held without suspension in the period / grants held in it",
    ),
    Indicator("disposed_in_time", _S, "按时销毁率", f"N6：{_IN_TIME_ZH}", f"N6: {_IN_TIME}"),
    Indicator(
        "use_recorded",
        _S,
        "使用记录完整率",
        "期内有使用记录的授权 ÷ 期内有交换的授权",
        "grants with a use record for the period / grants with deliveries in it",
    ),
)
_PLACE = {one.code: list(Dimension).index(one.dimension) for one in INDICATORS}
CLOCKS = {
    "answered_in_time": ("C3", "C4"),
    "shared_in_time": ("C5",),
    "corrected_in_time": ("C6",),
    "updated_in_time": ("C1",),
    "disposed_in_time": ("N6",),
}
SCORE_ZH = "维度得分为该维度有数据的指标均值乘以100；总分为有得分的维度的均值"
SCORE_EN = (
    "a dimension is the mean of its indicators that have cases, times 100; the score is the mean"
    " of the dimensions that have one"
)


def evaluate(counts: Mapping[str, tuple[int, int]]) -> Evaluation:
    """The evaluation of one department from ``{indicator's code: (part, whole)}``."""
    shares: list[list[float]] = [[] for _ in Dimension]
    for code, (part, whole) in counts.items():
        if whole:
            shares[_PLACE[code]].append(round(part / whole, 4))
    scores = tuple(round(100 * sum(one) / len(one), 1) if one else None for one in shares)
    known = [score for score in scores if score is not None]
    return Evaluation(counts, scores, round(sum(known) / len(known), 1) if known else None)
