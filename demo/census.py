"""The register of information systems of 示例省's departments: kinds that a real city has.

``planted`` is the criterion by which a system is a zombie, as its behaviour has it; a system
without one must never be suspected, one that is ``silent`` must not be judged at all.
"""

from dataclasses import dataclass

from demo import behaviours as acts
from demo.behaviours import Behaviour
from demo.cast import Body, Person

PLACE = "示例省"
# Beside those of the main exchange.
DEPARTMENTS = {
    "education": Body("示例省教育厅", "省教育厅", "11990000MB9001114L"),
    "finance": Body("示例省财政厅", "省财政厅", "11990000MB900370XH"),
    "labour": Body("示例省人力资源和社会保障厅", "省人社厅", "11990000MB9004075X"),
    "land": Body("示例省自然资源厅", "省自然资源厅", "11990000MB9004446L"),
    "environment": Body("示例省生态环境厅", "省生态环境厅", "11990000MB9004817B"),
    "housing": Body("示例省住房和城乡建设厅", "省住建厅", "11990000MB9005182J"),
    "transport": Body("示例省交通运输厅", "省交通运输厅", "11990000MB90055539"),
    "agriculture": Body("示例省农业农村厅", "省农业农村厅", "11990000MB900629X4"),
    "health": Body("示例省卫生健康委员会", "省卫健委", "11990000MB9007401N"),
    "emergency": Body("示例省应急管理厅", "省应急管理厅", "11990000MB9008148N"),
    "market": Body("示例省市场监督管理局", "省市场监管局", "11990000MB90088859"),
    "weather": Body("示例省气象局", "省气象局", "11990000MB90111012"),
}

# The authority's own sharing office has a head too, who must not decide her own department's case.
PEOPLE = [
    Person("data.head", "数据局共享负责人", "authority", ("authority", "head")),
    Person("finance.admin", "财政厅管理员", "finance", ("department_admin",)),
    Person("finance.head", "财政厅共享负责人", "finance", ("head",)),
]


@dataclass(frozen=True)
class Entry:
    """A system as the census form describes it, how it behaves, and why it is a zombie if it is.

    ``cost`` is its yearly maintenance in 万元; ``contract`` the days that its maintenance contract
    has still to run when the register is made (None: the form says nothing); ``season`` the months
    that the form declares; ``like`` names the system that does the same.
    """

    department: str
    name: str
    function: str
    business: tuple[str, ...]
    data: tuple[str, ...]
    behaviour: Behaviour
    cost: str
    planted: str = ""
    like: str = ""
    contract: int | None = 400
    season: tuple[int, ...] = ()
    level: str = "部门"
    started: str = "2016-05-01"


UNIFIED_OA, UNIFIED_CHAT = "统一OA办公系统", "政务即时通讯平台"
BUDGET = "预算管理一体化系统"
# The zombies whose cases are taken through the due process.
BOOKKEEPING, OLD_CHAT = "财政厅单机版财务软件", "数据局即时通讯软件"
_OA = ("公文办理", "会议通知", "督查督办", "请假审批")
_OA_DATA = ("公文标题", "文号", "拟稿人", "签发日期")


def _own_oa(department: str, short: str, people: int) -> Entry:
    """One more of the OA systems that departments built before there was a common one."""
    return Entry(
        department,
        f"{short}OA办公系统",
        f"办理{short}机关公文流转、会议通知、督查督办和请假审批。",
        _OA,
        _OA_DATA,
        acts.outgrown(people, people * 2),
        cost="23.5",
        planted="Z2",
        like=UNIFIED_OA,
        started="2013-09-01",
    )


ENTRIES = (
    Entry("office", UNIFIED_OA, "统一办理全省机关公文流转、会议通知、督查督办和请假审批。",
          (*_OA, "信息报送"), (*_OA_DATA, "密级"), acts.busy(2600, 5200), "186"),
    Entry("office", UNIFIED_CHAT, "面向全省公务人员提供即时消息、群组会话、通讯录和短信提醒。",
          ("即时消息", "群组会话", "通讯录", "短信提醒"), ("用户账号", "消息记录", "部门通讯录"),
          acts.busy(3100, 9400), "92"),
    Entry("office", "公车管理系统", "登记省直机关公务用车申请、派车与里程油耗。",
          ("用车申请", "派车登记"), ("车牌号", "用车人", "行驶里程"),
          acts.rarely_used, "9.8", planted="Z5", level="处室"),
    _own_oa("civil", "民政厅", 120),
    Entry("civil", "婚姻登记信息系统", "办理结婚、离婚登记和婚姻登记记录查询。",
          ("结婚登记", "离婚登记", "婚姻登记查询"), ("登记日期", "登记机关", "登记状态"),
          acts.busy(420, 900), "128"),
    Entry("civil", "收养登记信息系统", "办理收养登记、解除收养关系登记并保存收养档案。",
          ("收养登记", "解除收养登记"), ("收养人", "被收养人", "送养机构"),
          acts.small(0.5), "14"),
    _own_oa("education", "教育厅", 90),
    Entry("education", "中小学生学籍信息管理系统", "管理中小学生注册、转学、升级、毕业的学籍变动。",
          ("学籍注册", "学籍转接", "毕业登记"), ("学籍号", "就读学校", "年级"),
          acts.busy(1500, 2600), "145"),
    Entry("education", "学生资助管理系统", "每年九、十月受理家庭经济困难学生资助申请并公示名单。",
          ("资助申请", "困难认定", "资助发放"), ("受助学生", "资助项目", "资助金额"),
          acts.seasonal((9, 10), 800, 3000), "38", season=(9, 10)),
    Entry("education", "普通高校招生录取系统", "高考后组织志愿填报、投档录取和录取结果查询。",
          ("志愿填报", "投档录取", "录取查询"), ("考生号", "高考成绩", "录取院校"),
          acts.seasonal((6, 7, 8), 1200, 20000), "76"),
    Entry("finance", BUDGET, "覆盖预算编制、预算执行、会计核算、资产与决算报表的财政业务。",
          ("预算编制", "会计核算", "凭证录入", "账簿查询", "决算报表"),
          ("会计科目", "记账凭证", "科目余额", "预算指标"), acts.busy(1900, 7400), "310"),
    Entry("finance", BOOKKEEPING, "机关会计核算、凭证录入、账簿查询与决算报表。",
          ("会计核算", "凭证录入", "账簿查询"), ("会计科目", "记账凭证", "科目余额"),
          acts.outgrown(14, 40), "18.6", planted="Z2", like=BUDGET, level="处室",
          started="2009-01-01"),
    Entry("finance", "非税收入征收管理系统", "开具非税收入缴款书，归集、清分和划解非税收入。",
          ("缴款书开具", "收入划解"), ("缴款码", "执收单位", "缴款金额"),
          acts.busy(650, 3300), "87"),
    Entry("finance", "2014年度企业报表软件", "汇总国有企业二〇一四年度财务决算报表数据。",
          ("企业年度决算汇总",), ("企业资产总额", "企业利润总额"),
          acts.detached, "6.2", planted="Z1", level="处室", started="2014-11-01"),
    Entry("labour", "城乡居保管理系统", "办理城乡居民基本养老保险参保、缴费和待遇领取。",
          ("居保参保登记", "养老待遇核定"), ("参保状态", "缴费年限", "待遇标准"),
          acts.busy(980, 4100), "164"),
    Entry("labour", "劳动监察信息管理系统", "受理劳动保障违法举报，登记立案、调查与处罚。",
          ("举报受理", "劳动监察立案"), ("案号", "用人单位", "处罚结果"),
          acts.busy(140, 60), "33"),
    Entry("labour", "干部网络考试报名系统", "干部在线考试报名、准考证打印与成绩发布。",
          ("考试报名", "准考证打印"), ("准考证号", "考试科目"),
          acts.abandoned, "12.4", planted="Z5", started="2012-03-01"),
    Entry("tax", "历史征管数据系统", "存放金税三期上线以前的税收征管历史数据备查。",
          ("历史征管数据查询",), ("历史申报记录", "历史入库税款"),
          acts.idle, "41", planted="Z3", started="2010-06-01"),
    Entry("land", "不动产登记信息系统平台", "办理不动产首次、转移、变更、抵押登记与查封。",
          ("不动产登记", "抵押登记", "查封登记"), ("不动产单元号", "权利人", "权利类型"),
          acts.busy(760, 2900), "212"),
    Entry("environment", "环境空气质量发布系统", "每小时向社会和其他系统提供各站点空气质量监测值。",
          ("空气质量发布",), ("站点编码", "监测时间", "细颗粒物浓度"),
          acts.called(2400), "27"),
    _own_oa("housing", "住房城乡建设厅", 75),
    Entry("housing", "住房公积金管理综合业务系统", "办理住房公积金归集、提取与个人住房贷款。",
          ("公积金缴存", "公积金提取", "公积金贷款"), ("个人公积金账号", "缴存基数", "贷款余额"),
          acts.busy(540, 3600), "118"),
    Entry("housing", "住房城乡建设厅考勤管理系统", "记录机关工作人员上下班刷卡与月度汇总。",
          ("考勤刷卡", "考勤汇总"), ("工号", "刷卡时间"),
          acts.rarely_used, "3.9", planted="Z5", level="处室"),
    Entry("transport", "道路运政信息系统", "办理道路运输经营许可、车辆年审与从业资格。",
          ("道路运输许可", "营运车辆年审", "从业资格"), ("许可证号", "营运车牌", "资格证号"),
          acts.busy(610, 1700), "96"),
    Entry("transport", "驾驶员培训综合管理信息系统", "管理驾校、教练员与学员培训学时。",
          ("驾校备案", "培训学时审核"), ("驾校编号", "教练员", "学时"),
          acts.unpatched(260, 800), "44", planted="Z4", contract=-740),
    Entry("agriculture", "农村集体“三资”监管系统", "监管农村集体资金、资产、资源台账与合同。",
          ("集体资产台账", "集体合同备案"), ("村集体名称", "资产原值"),
          acts.silent, "22", contract=None),
    Entry("agriculture", "动物疫病防控监管平台", "登记动物免疫、检疫证明与疫情处置。",
          ("免疫登记", "检疫证明"), ("养殖场编码", "免疫日期", "检疫证号"),
          acts.busy(310, 650), "52"),
    Entry("health", "卫生统计数据采集与决策支持系统", "采集医疗机构统计报表并形成卫生决策分析。",
          ("卫生统计报表",), ("医疗机构代码", "诊疗人次"),
          acts.silent, "35", contract=None),
    Entry("emergency", "应急避难场所信息系统", "为指挥调度和地图服务提供避难场所位置与容量。",
          ("避难场所查询",), ("场所名称", "可容纳人数", "经纬度"),
          acts.called(35), "8.5"),
    Entry("market", "企业年度报告公示系统", "每年三月至六月接收企业年度报告并公示。",
          ("企业年报填报", "年报公示", "经营异常名录"), ("年报年度", "从业人数", "公示日期"),
          acts.seasonal((3, 4, 5, 6), 2200, 16000), "69", season=(3, 4, 5, 6)),
    Entry("market", "食品经营许可管理系统", "办理食品经营许可新办、变更、延续和注销。",
          ("食品经营许可新办", "食品经营许可延续"), ("许可证编号", "主体业态", "有效期至"),
          acts.busy(480, 1100), "58"),
    Entry("authority", OLD_CHAT, "面向公务人员提供即时消息、群组会话和通讯录。",
          ("即时消息", "群组会话", "通讯录"), ("用户账号", "消息记录", "部门通讯录"),
          acts.outgrown(40, 130, gone=140), "15.2", planted="Z2", like=UNIFIED_CHAT,
          started="2015-04-01"),
    Entry("weather", "雷电监测预警系统", "实时监测雷电并向受影响地区发布雷电预警。",
          ("雷电监测", "雷电预警发布"), ("落雷位置", "雷电流强度", "预警等级"),
          acts.small(3), "31"),
)  # fmt: skip


def title(name: str) -> str:
    """A system's name in the register."""
    return f"{PLACE}{name}"


def code_of(entry: Entry) -> str:
    """The code that the province gave the system."""
    return f"99{ENTRIES.index(entry) + 1:04d}"


def code_named(name: str) -> str:
    """The code of the system with this name."""
    return next(code_of(entry) for entry in ENTRIES if entry.name == name)
