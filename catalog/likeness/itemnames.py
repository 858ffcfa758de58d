"""Names of items: which mean the same, and which every table has."""

import re
import unicodedata
from functools import lru_cache

_BRACKETS = re.compile(r"[(\[【<《].*?[)\]】>》]")
_PLAIN = re.compile(r"[\W_]+")
# The first form stands for all of them.
_SAME = """
统一社会信用代码 社会信用代码 信用代码 统一信用代码 统一社会信用代码证号 组织机构代码
公民身份号码 身份证号 身份证号码 公民身份证号码 居民身份证号码 身份证件号码 证件号码
联系电话 联系方式 电话 手机 手机号 手机号码 电话号码 联系手机 移动电话
法定代表人 法人 法人代表 法人姓名 法定代表人姓名 法定代表人名称 法人代表姓名
负责人 主要负责人 负责人姓名 主要负责人姓名
姓名 人员姓名 名字
企业名称 公司名称 单位名称 机构名称 企业全称 单位全称 名称 主体名称
地址 住址 详细地址 单位地址 企业地址 住所 所在地址 联系地址 通讯地址 通信地址 办公地址
注册地址 企业注册地址 登记地址 注册住所
婚姻状况 婚姻状态 婚姻情况
出生日期 出生年月 出生时间 生日
成立日期 成立时间 设立日期
性别 性别代码
民族 民族代码
学历 文化程度 最高学历
户籍地址 户籍所在地 户口所在地 户籍地
居住地址 现住址 居住地 常住地址
工作单位 所属单位 就职单位
发证日期 颁证日期 核发日期 发证时间
发证机关 颁证机关 发证单位 核发机关 发证机关名称
有效期起 有效期开始日期 有效期自 起始日期 证书有效起始日期
有效期止 有效期截止日期 有效期至 截止日期 证书有效截止日期
许可证编号 许可证号 许可证号码
许可内容 许可事项 许可范围
备注 说明 备注说明
序号 编号 行号
更新时间 更新日期 最后更新时间 数据更新时间 数据更新时间戳
行政区划代码 区划代码 所属区划 所属区县 区县 县区 行政区划 所在区域
总投资 投资总额 总投资额 投资金额
统计年份 年份 年度 统计年度
统计月份 月份 统计月
计量单位 单位 计算单位
建设地点 建设地址 项目地点
建设单位 项目建设单位 项目单位
经营状态 登记状态 当前状态 状态
注册资本 注册资金
登记机关 注册机关 登记部门
""".strip().splitlines()
FORMS = {form: forms.split()[0] for forms in _SAME for form in forms.split()}
_FORMS_OF = {forms.split()[0]: tuple(forms.split()) for forms in _SAME}
_TAILS = (
    ("号码", "号"), ("编号", "号"), ("编码", "代码"), ("时间", "日期"), ("姓名", ""),
    ("数量", "数"), ("金额", "额"), ("情况", "状况"), ("状态", "状况"), ("类别", "类型"),
    ("种类", "类型"), ("级别", "等级"), ("位置", "地址"), ("住址", "地址"), ("地点", "地址"),
)  # fmt: skip
_EVERYWHERE = """
许可证号 许可证编号 发证机关 发证日期 有效期起 有效期止 许可内容 处罚结果 处罚依据 处罚事由
行政相对人名称 登记日期 审核状况 单位性质 决定书文号
备注 序号 更新时间 联系电话 联系人 数据来源 统计年份 统计月份 计量单位 名称 描述 主键 创建时间
电子邮箱 传真 邮编 网址 姓名 地址 负责人 经度 纬度 行政区划代码 企业名称 说明 类型 日期 数量
合计 总计 项目名称 法定代表人 填表人 审核人 填报日期 年 月 日 标题 内容 附件 邮政编码 职务
等级 经营状态 面积 指标名称 指标值
"""
# Every table has these: that two departments keep them says nothing.
GENERAL = frozenset(_EVERYWHERE.split())
# What joins a table to others: repeated of necessity, and telling whom the table is about.
SUBJECTS = {"统一社会信用代码": "organisation", "公民身份号码": "person", "车牌号": "vehicle",
            "不动产单元号": "property", "学籍号": "pupil", "护照号": "person",
            "组织机构代码": "organisation", "行政相对人代码": "organisation"}  # fmt: skip


@lru_cache(maxsize=200_000)
def meaning(name: str) -> str:
    """The one form of an item's name that stands for all its forms; "" for an empty name."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    text = _PLAIN.sub("", _BRACKETS.sub("", folded)) or _PLAIN.sub("", folded)
    if text in FORMS:
        return FORMS[text]
    for tail, form in _TAILS:
        if text.endswith(tail) and len(text) - len(tail) > 1:
            return FORMS.get(text.removesuffix(tail) + form, text.removesuffix(tail) + form)
    return text


def forms_of(name: str) -> frozenset[str]:
    """The spellings under which a table may hold an item of this name."""
    mean = meaning(name)
    found = {name, mean, *_FORMS_OF.get(mean, ())}
    for tail, form in _TAILS:
        if form and mean.endswith(form):
            found.add(mean.removesuffix(form) + tail)
        if mean.endswith(tail):
            found.add(mean.removesuffix(tail) + form)
    return frozenset(found)


def tells(mean: str) -> bool:
    """True for a meaning that says something of its subject: neither general nor an identifier."""
    return len(mean) > 1 and mean not in GENERAL and mean not in SUBJECTS
