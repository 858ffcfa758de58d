"""How departments and cities head their columns and write their values."""

import re
import unicodedata
from functools import cache

from catalog.interchange.columns import ENTRY_COLUMNS, ITEM_COLUMNS, ITEM_PREFIX, Column

# Headers of real catalogues and of the two official layouts; one line a column.
_HEADERS = {
    "name": "标题 名称 资源名称 资源标题 目录名称 数据目录名称 数据集名称 资源信息名称"
    " title resourceName subjectBaseName",
    "code": "资源代码 目录代码 目录编码 资源编码 identifier",
    "department": "来源部门 提供方 提供部门 提供单位 提供机构 所属单位 所属部门 部门名称 发布部门"
    " 来源单位 数据提供方 数据提供方单位 数据来源 数源单位 数源单位/数据提供单位 资源提供方"
    " 资源提供单位 资源提供单位信息 资源来源 资源所有权单位 信息资源提供方名称"
    " orgName dataSource publisher",
    "credit_code": "信息资源提供方代码 提供方代码 统一社会信用代码",
    "internal_office": "资源提供方内部部门 内部部门 处室",
    "category": "分类代码 类目代码",
    "abstract": "描述 摘要 简介 内容简介 摘要信息 摘要描述 资源摘要 资源描述 数据摘要 目录摘要"
    " description remark tableRemark",
    "formats": "格式 文件格式 文件类型 格式类型 资源格式 资源类型 数据类型格式"
    " 数据下载 format data_formats resourceType",
    "openness": "开放状态 开放属性 开放方式 开放等级 公开属性 条件开放 社会开放"
    " openType openTypeName",
    "open_condition": "开放要求",
    "records": "数据量 数据容量 资源记录数 dataNumSum dataVolume",
    "update_cycle": "更新频率 更新频度 更新每周期 更新时限 资源更新频率 数据更新频率 frequency"
    " dataUpdatePeriod accrualPeriodicity",
    "released_on": "发布时间 上线日期 上架日期 上传时间 创建日期 创建时间 首次发布日期 首次发布时间"
    " 目录发布时间 资源发布日期 资源出版日期 publishTime releaseTime issued",
    "data_updated_on": "更新时间 更新日期 最后更新 最近更新 最后更新时间 数据更新时间 资源更新日期"
    " 资源发布/更新时间 updateTime modified",
    "keywords": "标签 关键词 资源标签 数据标签 主题标签 label keyword",
    "theme": "重点领域 所属主题 主题分类 主题领域 数据主题 资源分类 所属领域 领域 领域分类 领域名称"
    " 主题名称 专题 服务分类 fieldName industryCategory",
    "industry": "所属行业 行业分类 行业名称 行业类型 数据行业 国家主题分类 industryField",
    "landing_url": "url 网址 详情页 landingPage",
    "contact": "联系电话 部门电话 提供方联系方式 技术支持电话 orgPhone departmentContactTel",
    "related_codes": "关联及类目名称 关联资源 关联信息资源代码",
    "share_modes": "共享方式",
    "data_class": "数据分类分级 分类",
}
_ITEM_HEADERS = {
    "name": "信息项 数据项 数据项名称 字段中文名 itemName",
    "column": "字段名 字段英文名 英文名称",
    "data_type": "信息项数据类型 字段类型",
    "length": "信息项数据长度 字段长度",
    "meaning": "说明 备注说明 字段描述",
    "is_key": "主键",
    "is_required": "必填",
}
# Values of lists as they are found, besides the official words.
_VALUES: dict[str, dict[str, str]] = {
    "update_cycle": {
        "realtime": "实时更新 每小时 小时 按小时 realtime",
        "daily": "每天 日 按日 每日更新 天 daily",
        "weekly": "周 按周 每星期 每周更新 weekly",
        "monthly": "月 按月 每个月 每月更新 monthly",
        "quarterly": "季 季度 按季 每季 按季度 quarterly",
        "half_yearly": "半年 每半年更新 按半年",
        "yearly": "年 按年 每年度 年度 每年更新 一年 annually yearly",
        "other": "不定期 不定期更新 按需 按需更新 其它 静态 不更新 旬 每旬 irregular",
    },
    "share_type": {
        "unconditional": "无条件 普遍共享 无条件分享",
        "conditional": "有条件 受限共享 依申请共享",
        "not_shared": "不共享 不予 非共享",
    },
    "share_modes": {
        "interface": "api 服务接口 接口服务 接口方式",
        "database": "库表 库表交换 数据库交换 数据库对接",
        "file": "文件下载 文件交换 文件传输 批量下载",
        "medium": "邮件 介质 无 其他方式",
    },
    "format_class": {
        "document": "文件 文档 电子文档",
        "spreadsheet": "表格 电子表格文件",
        "database": "库表 数据库表 数据表",
        "image": "图像 图片 图形",
        "stream": "视频 音频 流媒体文件",
        "self_describing": "自描述",
    },
    "data_grade": {"general": "一般", "important": "重要", "core": "核心"},
    "data_type": {
        "C": "字符型 字符型c 字符串 字符串型 文本 文本型 varchar char nvarchar string",
        "N": "数值 数值型 数字 number numeric decimal",
        "Y": "货币型 货币 money",
        "D": "日期 日期型 date",
        "T": "日期时间 日期时间型 时间 datetime timestamp",
        "L": "逻辑 逻辑型 布尔 布尔型 boolean",
        "M": "备注 备注型",
        "G": "通用型",
        "B": "双精度 双精度型 double",
        "I": "整数 整型 整数型 int integer bigint",
        "F": "浮点 浮点型 float",
        "blob": "二进制",
        "text": "长文本 大文本 clob",
    },
    "sensitivity": {"none": "无 否 不涉及", "personal": "个人", "sensitive": "敏感"},
}
TRUE = frozenset({"是", "有", "y", "yes", "true", "1", "√", "开放", "普遍开放", "无条件开放"})
FALSE = frozenset({"否", "无", "n", "no", "false", "0", "×", "不开放", "不予开放"})
# What is written where nothing is known.
PLACEHOLDERS = frozenset(
    ("空", "无", "null", "none", "n/a", "/", "-", "--", "—", "——", "暂无", "未知")
)
_NOTES = re.compile(r"[（(](必填项|选填项|必填|选填)[)）]|[*＊：:]")


def folded(text: str) -> str:
    """A header or a word as it is compared: without width, case, spaces and remarks."""
    plain = unicodedata.normalize("NFKC", _NOTES.sub("", text))
    return "".join(plain.split()).casefold()


@cache
def headers() -> dict[str, str]:
    """Folded header -> name of the column that it means."""
    known: dict[str, str] = {}
    for prefix, table, columns in (
        ("", _HEADERS, ENTRY_COLUMNS),
        (ITEM_PREFIX, _ITEM_HEADERS, ITEM_COLUMNS),
    ):
        for name, text in table.items():
            known.update({folded(header): prefix + name for header in text.split()})
        for name, column in columns.items():
            known[folded(column.title)] = prefix + name
            known.setdefault(folded(prefix + name), prefix + name)
    return known


@cache
def choice_words(column: Column) -> dict[str, str]:
    """Folded word -> value of a column with choices: the official words and those found."""
    known: dict[str, str] = {}
    for value, found in _VALUES.get(column.name, {}).items():
        known.update({folded(word): value for word in found.split()})
    for value, title in column.choices.items():
        known[folded(title)] = known[folded(value)] = value
    return known
