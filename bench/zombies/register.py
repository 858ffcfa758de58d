"""What the register says of synthetic systems: names, functions, items, as people fill them in."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

FIELDS = [a + b for a in (
    "婚姻", "收养", "优抚", "低保", "学籍", "学前教育", "学生资助", "不动产", "房地产", "公积金",
    "居民养老", "社保基金", "劳动监察", "食品经营",
    "药品流通", "道路运输", "驾驶培训", "扶贫", "集体资产",
    "动物防疫", "空气质量", "水质", "雷电监测",
    "卫生统计", "固定资产投资", "非税收入", "政府采购", "公务车辆",
    "档案", "信访", "消防安全", "应急物资", "林地",
    "河道", "粮食储备", "文物", "旅游", "体育场馆", "图书馆",
    "广播电视", "地震监测", "气象服务", "残疾人", "退役军人",
    "老龄", "殡葬", "地名", "社团", "慈善", "彩票",
) for b in ("登记", "审批", "监管", "统计")]  # fmt: skip
ACTIONS = [a + b for a in (
    "申请", "变更", "注销", "年检", "备案", "延续",
    "补证", "核查", "公示", "抽检", "巡查", "投诉", "处罚",
    "评价", "培训", "考核", "资金拨付", "项目申报", "档案移交", "信息报送",
) for b in ("受理", "办理")]  # fmt: skip
SUBJECTS = (
    "申请人", "法定代表人", "经办人", "监护人", "项目", "企业",
    "机构", "场所", "车辆", "设备", "房屋", "土地",
    "证书", "许可", "合同", "样品", "检测点", "河段",
    "林班", "学校", "班级", "病历", "药品", "仓库", "批次",
    "账户", "补助", "罚没", "预算", "指标", "站点",
    "线路", "档案", "案件", "线索", "物资", "活动", "场馆",
)  # fmt: skip
PROPERTIES = (
    "名称", "编号", "类型", "地址", "面积", "金额",
    "数量", "等级", "状态", "登记日期", "有效期", "负责人",
    "联系方式", "来源", "用途", "核定值", "实测值", "偏差",
    "批复文号", "经度", "纬度", "所属区划", "年度", "备注",
)  # fmt: skip
COMMON = ("姓名", "公民身份号码", "统一社会信用代码", "联系电话", "行政区划代码")
FORMS = (
    "面向{place}开展{field}业务，支持{one}、{two}、{three}，并对{subject}信息进行汇总分析。",
    "实现{field}的{one}与{two}全流程网上办理，提供{subject}数据查询、{three}及报表输出。",
    "用于{place}{field}工作，包括{one}、{three}；记录{subject}并向{two}环节推送。",
)
PLACES = ("全省", "各市县", "机关处室", "基层站所", "企业和群众", "行业单位", "乡镇街道")


@dataclass
class Entry:
    """The columns of the register that a scan looks at."""

    name: str
    function: str
    business_items: list[str]
    data_items: list[str]
    started_on: date | None
    maintainer: str
    maintained_until: date | None
    use_scope: str
    use_frequency: str
    user_count: int | None
    season: list[int] = field(default_factory=list)


def draw_entry(rng: random.Random, number: int, started_on: date) -> Entry:
    """What a conscientious department would write; gaps come later."""
    what = rng.choice(FIELDS)
    actions, subjects = rng.sample(ACTIONS, rng.randint(3, 8)), rng.sample(SUBJECTS, 3)
    function = rng.choice(FORMS).format(
        place=rng.choice(PLACES), field=what, subject=subjects[0],
        one=actions[0], two=actions[1], three=actions[2],
    )  # fmt: skip
    items = {subject + name for subject in subjects for name in rng.sample(PROPERTIES, 3)}
    return Entry(
        name=f"{what}系统{number}",
        function=function,
        business_items=[f"{what}{action}" for action in actions],
        data_items=[*sorted(items), *rng.sample(COMMON, rng.randint(0, 3))],
        started_on=started_on,
        maintainer="示例软件公司",
        maintained_until=None,
        use_scope=rng.choice(("department", "department", "vertical", "cross", "public", "office")),
        use_frequency=rng.choice(("daily", "daily", "weekly", "monthly")),
        user_count=None,
    )


def imitate(rng: random.Random, entry: Entry, number: int, started_on: date) -> Entry:
    """Another department's words for a system that does the same, and something more."""
    other = draw_entry(rng, number, started_on)
    kept = [item for item in entry.business_items if rng.random() < 0.93] or entry.business_items
    data = [item for item in entry.data_items if rng.random() < 0.9]
    other.function = entry.function.replace("，", "；" if rng.random() < 0.5 else "，").replace(
        "用于", "服务于"
    )
    other.function += rng.choice(("另提供移动端办理。", "与统一身份认证对接。", "支持电子证照。"))
    other.business_items = [*kept, *other.business_items[: rng.randint(0, 3)]]
    other.data_items = [*data, *other.data_items[: rng.randint(0, 4)]]
    return other


def forget(rng: random.Random, entry: Entry) -> None:
    """Leave out what people leave out."""
    if rng.random() < 0.15:
        entry.business_items = []
    if rng.random() < 0.2:
        entry.data_items = []
    if rng.random() < 0.2:
        entry.started_on = None
    if rng.random() < 0.15:
        entry.maintainer = ""
    if rng.random() < 0.25:
        entry.maintained_until = None
    if rng.random() < 0.3:
        entry.user_count = None
    if rng.random() < 0.2:
        entry.use_frequency = ""


def contract_end(rng: random.Random, today: date, *, is_kept_up: bool) -> date:
    """The end of the maintenance contract as the register has it.

    Of contracts that go on, one in twenty-five was renewed without anybody telling the register.
    """
    if not is_kept_up:
        return today - timedelta(rng.uniform(13, 30) * 30.4)
    if rng.random() < 0.04:
        return today - timedelta(rng.uniform(1, 18) * 30.4)
    return today + timedelta(rng.uniform(0.2, 24) * 30.4)
