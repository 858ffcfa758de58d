"""How a department's catalogue stands: a few rates, each with its formula, and one score.

The four dimensions are the supervision's of Order 809 Art. 38; the names of the rates are those
that evaluations (统计考核) use. The weights are the platform's.
"""

from collections.abc import Mapping
from typing import NamedTuple

Counts = Mapping[str, float]


class Measure(NamedTuple):
    """One rate: which counts it divides, its weight in the score, its formula in words."""

    code: str
    title: str
    weight: int
    part: str
    whole: str
    zh: str
    en: str


class Rate(NamedTuple):
    """A measure's value, 0 to 1; None where there is nothing to measure."""

    part: float
    whole: float
    value: float | None


MEASURES: tuple[Measure, ...] = (
    Measure(
        "completeness",
        "目录完整度",
        25,
        "points",
        "points_possible",
        "在用目录完整度得分之和 ÷（100 × 在用目录数）",
        "sum of the completeness of entries in force / (100 x entries in force)",
    ),
    Measure(
        "census",
        "普查填报率",
        10,
        "with_numbers",
        "in_force",
        "六项普查数据齐全的在用目录数 ÷ 在用目录数",
        "entries in force with all six census numbers / entries in force",
    ),
    Measure(
        "attachment",
        "挂接率",
        25,
        "shareable_attached",
        "shareable",
        "已挂接数据的可共享在用目录数 ÷ 可共享在用目录数",
        "shareable entries in force with data attached / shareable entries in force",
    ),
    Measure(
        "timeliness",
        "数据更新及时率",
        20,
        "fresh",
        "promising",
        "按更新周期及时更新的已挂接目录数 ÷ 承诺更新周期的已挂接目录数（其他、实时不计）",
        "attached entries whose data are as fresh as their own cycle promises / attached entries"
        " whose cycle promises a day (not real time or other)",
    ),
    Measure(
        "updates",
        "目录更新按时率",
        5,
        "C1_in_time",
        "C1_due",
        "本年按时完成的目录更新数 ÷ 本年应完成的目录更新数（第十七条第二款）",
        "updates of the catalogue in time / updates that were due this year (clock C1)",
    ),
    Measure(
        "reviews",
        "目录审核按时率",
        5,
        "C2_in_time",
        "C2_due",
        "本年按时完成的目录审核发布数 ÷ 本年应完成的目录审核发布数（第十七条第三款）",
        "reviews in time / reviews that were due this year (clock C2)",
    ),
    Measure(
        "answers",
        "按时答复率",
        5,
        "answers_in_time",
        "answers_due",
        "本年按时答复的共享申请数 ÷ 本年应答复的共享申请数（第二十一条）",
        "requests answered in time / requests whose answer was due this year (clocks C3, C4)",
    ),
    Measure(
        "sharing",
        "按时共享率",
        5,
        "C5_in_time",
        "C5_due",
        "本年按时共享的数据数 ÷ 本年应共享的数据数（第二十二条）",
        "data shared in time / data that were due to be shared this year (clock C5)",
    ),
    Measure(
        "corrections",
        "校核按时率",
        5,
        "C6_in_time",
        "C6_due",
        "本年按时办结的校核数 ÷ 本年应办结的校核数（第二十六条）",
        "corrections in time / corrections that were due this year (clock C6)",
    ),
    Measure(
        "demands",
        "需求答复按时率",
        5,
        "demands_in_time",
        "demands_due",
        "本年按时答复的需求数 ÷ 本年应答复的需求数（内部时限，非法定）",
        "demands answered in time / demands whose answer was due this year (an internal limit)",
    ),
)
SCORE_ZH = "有数据的各项比率按权重加权平均 × 100"
SCORE_EN = "100 x the mean, by weight, of the rates that have something to measure"


def rates_of(counts: Counts) -> dict[str, Rate]:
    """Each measure's rate from the counts that it names; a count that is absent is nought."""
    found = {}
    for measure in MEASURES:
        part, whole = counts.get(measure.part, 0), counts.get(measure.whole, 0)
        found[measure.code] = Rate(part, whole, round(part / whole, 4) if whole else None)
    return found


def score_of(rates: Mapping[str, Rate]) -> float | None:
    """The one number, 0 to 100; None where nothing can be measured."""
    measured = [
        (measure.weight, rate.part / rate.whole)
        for measure in MEASURES
        if (rate := rates[measure.code]).whole
    ]
    weights = sum(weight for weight, _ in measured)
    if not weights:
        return None
    return round(100 * sum(weight * value for weight, value in measured) / weights, 1)
