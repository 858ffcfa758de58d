"""Official value lists of the catalogue guide (发改高技〔2017〕1272号) and of Order 809."""

from django.db import models


class ShareType(models.TextChoices):
    """共享类型 (Order 809 Art. 14)."""

    UNCONDITIONAL = "unconditional", "无条件共享"
    CONDITIONAL = "conditional", "有条件共享"
    NOT_SHARED = "not_shared", "不予共享"


class ShareMode(models.TextChoices):
    """共享方式: on the platform as interface, database or file (Art. 22), or by mail or medium."""

    INTERFACE = "interface", "接口"
    DATABASE = "database", "数据库"
    FILE = "file", "文件"
    MEDIUM = "medium", "邮件或介质"


class UpdateCycle(models.TextChoices):
    """更新周期."""

    REALTIME = "realtime", "实时"
    DAILY = "daily", "每日"
    WEEKLY = "weekly", "每周"
    MONTHLY = "monthly", "每月"
    QUARTERLY = "quarterly", "每季度"
    HALF_YEARLY = "half_yearly", "每半年"
    YEARLY = "yearly", "每年"
    OTHER = "other", "其他"


class FormatClass(models.TextChoices):
    """信息资源格式分类."""

    DOCUMENT = "document", "电子文件"
    SPREADSHEET = "spreadsheet", "电子表格"
    DATABASE = "database", "数据库"
    IMAGE = "image", "图形图像"
    STREAM = "stream", "流媒体"
    SELF_DESCRIBING = "self_describing", "自描述格式"


FORMAT_TYPES: dict[str, tuple[str, ...]] = {
    FormatClass.DOCUMENT: (
        "doc", "docx", "html", "OFD", "pdf", "ppt", "txt", "wps", "xml", "其他",
    ),
    FormatClass.SPREADSHEET: ("et", "xls", "xlsx", "其他"),
    FormatClass.DATABASE: (
        "access", "db2", "dbase", "dbf", "Dm", "KingbaseES", "oracle", "sqlServer",
        "sysbase", "mysql", "其他",
    ),
    FormatClass.IMAGE: ("bmp", "gif", "jpg", "其他"),
    FormatClass.STREAM: ("mpg", "rm", "swf", "其他"),
    FormatClass.SELF_DESCRIBING: ("表格驱动码", "其他"),
}  # fmt: skip

# A file can only be shared as a file; a database as a database or an interface.
MODES_OF_FORMAT: dict[str, frozenset[str]] = {
    FormatClass.DATABASE: frozenset({ShareMode.INTERFACE, ShareMode.DATABASE}),
}
FILE_MODES = frozenset({ShareMode.FILE, ShareMode.MEDIUM})


class DataGrade(models.TextChoices):
    """数据分级 (GB/T 43697-2024)."""

    GENERAL = "general", "一般数据"
    IMPORTANT = "important", "重要数据"
    CORE = "core", "核心数据"


class ItemType(models.TextChoices):
    """数据类型 of an information item, with the guide's letters."""

    STRING = "C", "字符串型C"
    NUMBER = "N", "数值型N"
    MONEY = "Y", "货币型Y"
    DATE = "D", "日期型D"
    DATETIME = "T", "日期时间型T"
    LOGICAL = "L", "逻辑型L"
    MEMO = "M", "备注型M"
    GENERAL = "G", "通用型G"
    DOUBLE = "B", "双精度型B"
    INTEGER = "I", "整型I"
    FLOAT = "F", "浮点型F"
    BLOB = "blob", "二进制blob"
    TEXT = "text", "长文本text"


class Sensitivity(models.TextChoices):
    """How an item touches people (PIPL Art. 28)."""

    NONE = "none", "非个人信息"
    PERSONAL = "personal", "个人信息"
    SENSITIVE = "sensitive", "敏感个人信息"


class CheckDigit(models.TextChoices):
    """Numbers whose last character proves the others."""

    CREDIT_CODE = "credit-code", "统一社会信用代码 (GB 32100)"
    CITIZEN_ID = "citizen-id", "公民身份号码 (GB 11643)"
