"""The columns of the register, in the order of the census form, with their Chinese headers.

One table for the API's groups, for versions and their differences, and for files in and out.
Headers marked 【国】 in the provincial form of 2017 come first and in its order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts import vocabulary as words

STATES = {
    "planned": "拟建",
    "in_construction": "在建",
    "trial": "试运行",
    "in_operation": "投运",
    "suspended": "停运",
    "being_merged": "整合中",
    "retired": "停用",
}
FILING_STATES = {
    "draft": "未提交",
    "submitted": "已提交",
    "accepted": "已备案",
    "returned": "已退回",
}
YES_NO = {True: "是", False: "否"}


@dataclass(frozen=True)
class Column:
    """One column of the register.

    ``kind`` says how a cell is read: text, choice, date, decimal, whole, flag, list or months.
    A column that ``stays`` is left as it is (or takes its default) where a cell is empty.
    """

    name: str
    title: str
    kind: str = "text"
    group: str = ""
    length: int = 0
    scale: int = 0
    choices: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    stays: bool = False
    aliases: tuple[str, ...] = ()
    note: str = ""

    @property
    def most(self) -> int:
        """The most characters of a cell that can be right."""
        return {"text": self.length, "list": 4000}.get(self.kind, 40)


def _choices(kind: type) -> dict[str, str]:
    return dict(kind.choices)  # type: ignore[attr-defined]


DEPARTMENT = Column(
    "department",
    "所属组织",
    length=120,
    required=True,
    aliases=("所属部门", "部门名称", "单位名称"),
    note="部门全称；已填统一社会信用代码时可空",
)
CREDIT_CODE = Column(
    "credit_code",
    "统一社会信用代码",
    length=18,
    aliases=("信用代码", "组织机构代码"),
    note="18 位（GB 32100）；与所属组织二者填一即可",
)
STATE = Column(
    "state",
    "系统阶段",
    "choice",
    choices=STATES,
    stays=True,
    aliases=("建设阶段", "系统状态"),
    note="已登记系统的阶段须凭依据逐步变更，不能在此修改",
)
CLEANED = Column(
    "cleaned", "清理后情况", length=40, aliases=("清理情况",), note="仅供查看，导入时不读取"
)

# What a version keeps: the state and everything that can be corrected.
COLUMNS: tuple[Column, ...] = (
    Column("code", "业务系统编码", length=40, aliases=("系统编码", "系统代码")),
    Column("name", "业务系统名称", length=120, required=True, aliases=("系统名称", "名称")),
    Column(
        "function",
        "系统描述",
        length=2000,
        required=True,
        aliases=("主要功能", "功能", "系统功能"),
    ),
    Column(
        "protection_level",
        "信息系统安全等级定级情况",
        "choice",
        "protection",
        choices=_choices(words.ProtectionLevel),
        stays=True,
        aliases=("等级保护级别", "安全等级"),
    ),
    Column(
        "funding_source",
        "项目建设资金来源",
        group="funding",
        length=120,
        aliases=("经费来源", "经费渠道"),
    ),
    Column("project_name", "预算项目名称", group="funding", length=120, aliases=("项目名称",)),
    Column(
        "approval_department",
        "项目立项审批部门",
        group="funding",
        length=120,
        aliases=("审批部门",),
    ),
    Column("approved_on", "项目立项审批日期", "date", "funding", aliases=("审批时间", "审批日期")),
    Column(
        "investment",
        "项目预算批复总金额（万元）",
        "decimal",
        "funding",
        length=14,
        scale=2,
        aliases=("投资额度", "项目预算批复总金额"),
        note="只填数字，单位万元",
    ),
    Column(
        "maintenance_cost",
        "运维费用总支出（万元/年）",
        "decimal",
        "funding",
        length=14,
        scale=2,
        aliases=("运维费用", "运维费用总支出", "运维费用总支出（万元）"),
        note="只填数字，单位万元",
    ),
    Column("started_on", "启用时间", "date", "use", aliases=("启用日期", "投运时间")),
    Column(
        "network",
        "承载网络",
        "choice",
        choices=_choices(words.Network),
        stays=True,
        aliases=("所属网络", "网络"),
    ),
    Column("internal_office", "主管单位", group="ownership", length=60, aliases=("主管处室",)),
    Column("contact_name", "主管单位联系人", group="ownership", length=60, aliases=("联系人",)),
    Column(
        "contact_phone", "主管单位联系电话", group="ownership", length=30, aliases=("联系电话",)
    ),
    Column("maintainer", "运维单位", group="construction", length=120),
    Column("stopped_on", "停用时间", "date", "use", aliases=("停用日期",)),
    Column(
        "owner_level",
        "系统归属级别",
        "choice",
        "ownership",
        choices=_choices(words.OwnerLevel),
        stays=True,
        note="以司局、处室名义建设的系统原则上必须整合",
    ),
    Column("origin", "建设性质", "choice", "ownership", choices=_choices(words.Origin)),
    Column(
        "hosting",
        "部署位置",
        "choice",
        "construction",
        choices=_choices(words.Hosting),
        aliases=("系统物理位置",),
    ),
    Column("builder", "建设单位", group="construction", length=120),
    Column(
        "contractor", "开发商", group="construction", length=120, aliases=("开发单位", "承建单位")
    ),
    Column(
        "architecture",
        "系统架构",
        "choice",
        "construction",
        choices=_choices(words.Architecture),
        aliases=("架构",),
    ),
    Column("login_method", "登录方式", group="construction", length=60),
    Column(
        "maintained_until",
        "运维合同到期日",
        "date",
        "construction",
        aliases=("运维到期日",),
    ),
    Column(
        "funding_mode",
        "资金性质",
        "choice",
        "funding",
        choices=_choices(words.FundingMode),
        aliases=("建设方式", "出资方式"),
    ),
    Column("condition", "应用情况", "choice", "use", choices=_choices(words.Condition)),
    Column("use_scope", "使用范围", "choice", "use", choices=_choices(words.UseScope)),
    Column("use_frequency", "使用频度", "choice", "use", choices=_choices(words.UseFrequency)),
    Column("user_count", "用户数", "whole", "use", aliases=("注册用户数",)),
    Column("business_items", "业务事项", "list", "use", length=120, note="多项以分号或换行分隔"),
    Column(
        "data_items",
        "主要数据",
        "list",
        "use",
        length=60,
        aliases=("数据资源", "主要数据项"),
        note="多项以分号或换行分隔",
    ),
    Column(
        "supported_services",
        "支撑服务",
        "list",
        "use",
        length=120,
        aliases=("支撑的政务服务",),
        note="多项以分号或换行分隔",
    ),
    Column("season", "季节性使用月份", "months", "use", note="如 3、4、10；全年使用则留空"),
    Column("storage_gb", "数据存储量（GB）", "decimal", "use", length=14, scale=3),
    Column("yearly_growth_gb", "数据年增长量（GB）", "decimal", "use", length=14, scale=3),
    Column("has_interface", "是否提供服务接口", "flag", "use", choices={}, stays=True),
    Column("has_online_service", "是否有在线对外业务", "flag", "use", stays=True),
    Column("has_export", "是否有导出功能", "flag", "use", stays=True),
    Column("protection_number", "等级保护备案编号", group="protection", length=60),
    Column(
        "classified_protection",
        "分级保护备案情况",
        group="protection",
        length=120,
        note="不涉密的系统填“不涉及”",
    ),
)
BY_NAME = {column.name: column for column in (STATE, *COLUMNS)}
GROUPS = ("ownership", "construction", "funding", "protection", "use")

_AFTER_CODE = COLUMNS.index(BY_NAME["started_on"])
# The form: whose system, then the columns of the national census, then the others.
FORM: tuple[Column, ...] = (
    DEPARTMENT,
    CREDIT_CODE,
    *COLUMNS[:_AFTER_CODE],
    CLEANED,
    *COLUMNS[_AFTER_CODE : _AFTER_CODE + 6],
    STATE,
    *COLUMNS[_AFTER_CODE + 6 :],
)


def members_of(group: str) -> list[Column]:
    """The columns of a group; of the register's head for the empty name."""
    return [column for column in COLUMNS if column.group == group]


def label_of(column: Column, value: Any) -> str:
    """A kept value in the words of the form; lists with a semicolon between."""
    if value is None or value == "":
        return ""
    if column.kind == "choice":
        return str(column.choices.get(str(value), value))
    if column.kind == "flag":
        return YES_NO[bool(value)]
    if column.kind == "list":
        return "；".join(value)
    if column.kind == "months":
        return "、".join(str(month) for month in value)
    return str(value)
