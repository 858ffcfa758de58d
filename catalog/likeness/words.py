"""Words of resources' and items' names: which say nothing, which say the same, which differ."""

import re
from functools import lru_cache

# Say what kind of table it is, not what it is about.
GENERAL = re.compile(
    "(?:统计报表|统计年报|统计表|统计数据|统计|一览表|明细表|汇总表|登记表|情况表|信息表|数据表|花名册"
    "|基本信息|基本情况|基础信息|基础数据|详细信息|有关情况|相关信息|相关情况|信息资源|信息公示|信息公开"
    "|名单|名录|名册|目录|清单|列表|台账|台帐|汇总|明细|报表|一览|概况|资料|信息|情况|数据|公示|公布"
    "|查询|年度|历年|智慧城市|有关|相关|主要|基本|全部|各类|各级|各项|关于|本级|全市|全县|全区|全省"
    "|我市|我县|我区|本市|本县|本区|的|及|和|与|或|等|表$|册$|库$)"
)
LISTS = re.compile("名单|名录|名册|花名册|目录|清单|列表|一览")
COUNTS = re.compile("统计|汇总|数量|总数|年报|报表")

# Written in many ways; the first form stands for all. Longer forms come first.
_SAME = """
住建 住房和城乡建设 住房城乡建设 住房与城乡建设 住房和城乡规划建设
人社 人力资源和社会保障 人力资源社会保障
卫健 卫生健康 卫生和计划生育 卫生计生 卫计
发改 发展和改革 发展改革
教体 教育和体育 教育体育
文旅 文化广电旅游 文化广播电视和旅游 文化和旅游 文化旅游 文旅广电 文化旅游广电
市监 市场监督管理 市场和质量监督管理 市场监管 工商和质量监督管理
经信 经济和信息化
自规 自然资源和规划
城管 城市管理行政执法 城市管理和行政执法 城市管理
农业农村 农业和农村 农牧
应急 应急管理 安全生产监督管理 安监
低保 最低生活保障
养老保险 基本养老保险
医保 基本医疗保险 医疗保险 医疗保障
公积金 住房公积金
残疾人 残障人士 残疾人员
学校 院校
老师 教师 教职人员
医师 医生
公司 企业
地址 位置 住址
电话 联系方式 联系电话
补助 补贴 资助
房屋 住房
身份证 公民身份号码 公民身份证号码 居民身份证 身份证件
公示 公开 公布
双公示 双随机一公开
三公 三公经费
贫困 困难
职工 员工 从业人员
车辆 机动车 汽车
专业技术 专技
高企 高新技术企业
个体户 个体工商户 个体经营户
许可 行政许可
处罚 行政处罚
人 人员
单位 机构
道路 公路
费 费用
价 价格
""".strip().splitlines()
FOLDED = {form: forms.split()[0] for forms in _SAME for form in sorted(forms.split()[1:], key=len)}
_FOLD = re.compile("|".join(sorted(map(re.escape, FOLDED), key=len, reverse=True)))

# Neighbours that are written nearly alike: one word of a group is not another.
_GROUPS = """
设立 变更 注销 吊销 撤销 延续 换发 补办 补发 年检 新办 开业 歇业 换证 遗失 备案 迁入 迁出
收入 支出 收支
预算 决算
小学 初中 高中 中学 幼儿园 大学 中职 高校 学前 特殊教育
男 女
城镇 农村 城市 乡村
许可 处罚 强制 检查 征收 确认 奖励 裁决 给付
上半年 下半年
进口 出口
在职 退休 离休
内资 外资
公办 民办
新建 改建 扩建 在建
招生 毕业 在校
增加 减少
甲级 乙级 丙级
一级 二级 三级 四级 五级
国家级 省级 市级 县级 区级 镇级 村级 自治区级
红名单 黑名单
上报 下达
出生 死亡
结婚 离婚
客运 货运
养老 医疗 失业 工伤 生育
权力 责任
法人 自然人 个人
总量 增速
申请 受理 办结
批发 零售
一类 二类 三类
男职工 女职工
甲类 乙类 丙类
抵押 查封 异议 预告 转移 首次 更正
""".strip().splitlines()
OPPOSITES = tuple(frozenset(group.split()) for group in _GROUPS)
OPPOSED = {word: group for group in OPPOSITES for word in group}
_OPPOSED = re.compile("|".join(sorted(map(re.escape, OPPOSED), key=len, reverse=True)))


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """The text with each word in the one form that stands for all its forms."""
    return _FOLD.sub(lambda found: FOLDED[found[0]], text)


def opposed_words(text: str) -> frozenset[str]:
    """The words of the text that tell it from its neighbours."""
    return frozenset(_OPPOSED.findall(text))


def are_opposed(one: frozenset[str], other: frozenset[str]) -> tuple[str, str] | None:
    """A word of each that exclude one another, or None."""
    for word in sorted(one - other):
        against = sorted((OPPOSED[word] & other) - one)
        if against:
            return word, against[0]
    return None
