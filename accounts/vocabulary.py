"""Value lists of the census of information systems (国办发〔2017〕39号, provincial forms)."""

from django.db import models


class Network(models.TextChoices):
    """承载网络."""

    DEDICATED = "dedicated", "专网"
    EXTRANET = "extranet", "电子政务外网"
    INTRANET = "intranet", "电子政务内网"
    INTERNET = "internet", "互联网"
    OTHER = "other", "其他"


class Architecture(models.TextChoices):
    """系统架构."""

    BROWSER = "browser", "B/S"
    CLIENT = "client", "C/S"
    MIXED = "mixed", "B/S与C/S"
    MOBILE = "mobile", "移动应用"
    OTHER = "other", "其他"


class Hosting(models.TextChoices):
    """部署位置."""

    CLOUD = "cloud", "政务云平台"
    OWN_ROOM = "own_room", "自建机房"
    SHARED_ROOM = "shared_room", "政务集中机房"
    OTHER = "other", "其它"


class FundingMode(models.TextChoices):
    """Which of the four kinds makes it a government information system (39号, scope)."""

    GOVERNMENT = "government", "政府投资建设"
    JOINT = "joint", "政企联合建设"
    PURCHASED = "purchased", "政府购买服务"
    MAINTAINED = "maintained", "财政资金运维"


class OwnerLevel(models.TextChoices):
    """系统归属级别: what a bureau or an office holds must be merged (39号, task 2)."""

    DEPARTMENT = "department", "部门"
    BUREAU = "bureau", "司局"
    OFFICE = "office", "处室"


class Origin(models.TextChoices):
    """建设性质."""

    NATIONAL = "national", "国家垂直系统"
    PROVINCIAL = "provincial", "省级垂直系统"
    SHARED = "shared", "多部门共用系统"
    OWN = "own", "部门专用系统"


class UseScope(models.TextChoices):
    """使用范围."""

    OFFICE = "office", "处室内部"
    DEPARTMENT = "department", "部门内部"
    VERTICAL = "vertical", "系统上下级"
    CROSS = "cross", "跨部门"
    PUBLIC = "public", "面向社会公众"


class UseFrequency(models.TextChoices):
    """使用频度."""

    DAILY = "daily", "每日"
    WEEKLY = "weekly", "每周"
    MONTHLY = "monthly", "每月"
    QUARTERLY = "quarterly", "每季度"
    YEARLY = "yearly", "每年"
    RARELY = "rarely", "极少使用"


class Condition(models.TextChoices):
    """应用情况."""

    GOOD = "good", "好"
    FAIR = "fair", "良好"
    PLAIN = "plain", "一般"
    POOR = "poor", "差"


class ProtectionLevel(models.TextChoices):
    """信息系统安全等级定级情况 (GB/T 22239)."""

    NONE = "none", "未定级"
    ONE = "1", "一级"
    TWO = "2", "二级"
    THREE = "3", "三级"
    FOUR = "4", "四级"
    FIVE = "5", "五级"


class Relation(models.TextChoices):
    """How one system stands to another."""

    USES = "uses", "使用"
    SUPPLIES = "supplies", "供数"
    REPLACES = "replaces", "替代"
    MERGED_INTO = "merged_into", "并入"


class SignalKind(models.TextChoices):
    """Facts about a system that can be counted or measured a day.

    Counts add up over a day; gauges (marked in GAUGES) keep the day's largest value.
    """

    LOGIN = "login", "登录次数"
    ACTIVE_USERS = "active_users", "活跃用户数"
    TRANSACTION = "transaction", "业务办理量"
    CALL_PROVIDED = "call_provided", "被调用次数"
    CALL_CONSUMED = "call_consumed", "调用次数"
    BATCH_PUBLISHED = "batch_published", "发布批次"
    SUBSCRIPTIONS_OPEN = "subscriptions_open", "有效订阅数"
    ENTRIES_LINKED = "entries_linked", "关联目录数"
    ENTRIES_OVERDUE = "entries_overdue", "逾期未更新目录数"
    DEPLOYMENT = "deployment", "发布或补丁"
    CPU_PERCENT = "cpu_percent", "CPU利用率"
    STORAGE_GB = "storage_gb", "数据存储量"
    HEARTBEAT = "heartbeat", "心跳"
    CREDENTIAL_USE = "credential_use", "凭据使用"


GAUGES = frozenset(
    {
        SignalKind.ACTIVE_USERS,
        SignalKind.SUBSCRIPTIONS_OPEN,
        SignalKind.ENTRIES_LINKED,
        SignalKind.ENTRIES_OVERDUE,
        SignalKind.CPU_PERCENT,
        SignalKind.STORAGE_GB,
    }
)


class Criterion(models.TextChoices):
    """The five criteria of a zombie system (39号, word for word)."""

    DETACHED = "Z1", "系统使用与实际业务流程长期脱节"
    REPLACEABLE = "Z2", "功能可被其他系统替代"
    IDLE = "Z3", "所占用资源长期处于空闲状态"
    UNMAINTAINED = "Z4", "运维停止更新服务"
    RARELY_USED = "Z5", "使用范围小、频度低"


class Level(models.TextChoices):
    """How strongly the evidence speaks."""

    CLEAR = "clear", "正常"
    WATCH = "watch", "关注"
    SUSPECTED = "suspected", "疑似僵尸"
    UNKNOWN = "unknown", "证据不足"


class Answer(models.TextChoices):
    """What a department answers to a suspicion."""

    KEEP = "keep", "保留"
    RECTIFY = "rectify", "整改"
    MERGE = "merge", "整合"
    RETIRE = "retire", "停用"


class Standing(models.TextChoices):
    """How a clock stands today."""

    RUNNING = "running", "进行中"
    WARNING = "warning", "临近到期"
    OVERDUE = "overdue", "已逾期"
    MET = "met", "按期办结"
    MET_LATE = "met_late", "逾期办结"
    CANCELLED = "cancelled", "已取消"
    RETAINED = "retained", "留存中"


class Severity(models.TextChoices):
    """网络安全事件的级别."""

    GENERAL = "general", "一般"
    LARGER = "larger", "较大"
    MAJOR = "major", "重大"
    GRAVE = "grave", "特别重大"
