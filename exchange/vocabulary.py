"""The exchange's closed lists of words."""

from django.db import models


class RefusalGround(models.TextChoices):
    """Why a provider may refuse (Art. 21); that something is missing is never among them."""

    NOT_SHARED = "not_shared", "依法不予共享"
    BEYOND_DUTY = "beyond_duty", "超出履职需要"
    BEYOND_CONDITION = "beyond_condition", "不符合共享条件"
    NOT_HELD = "not_held", "本部门不掌握"
    HARM = "harm", "危害国家安全、公共利益或者个人合法权益"


class Channel(models.TextChoices):
    """How data reached a system."""

    CHANGES = "changes", "Changes pulled"
    TABLE = "table", "Table pulled"
    SINK = "sink", "Written to the system's database"
    LOOKUP = "lookup", "查询"
    VERIFY = "verify", "核验"
    FILE = "file", "Put down as a file"
    SERVICE = "service", "服务接口"


class ObjectionKind(models.TextChoices):
    """The five things one can object to; content stands under the statutory clock C6."""

    AUTHORISATION = "authorisation", "授权"
    CATALOGUE = "catalogue", "目录"
    CONTENT = "content", "数据内容"
    AVAILABILITY = "availability", "资源可用性"
    MISUSE = "misuse", "违规使用"


class ObjectionOutcome(models.TextChoices):
    """What the verification found."""

    CORRECTED = "corrected", "已更正"
    PARTLY_CORRECTED = "partly_corrected", "部分更正"
    UNFOUNDED = "unfounded", "核实无误"
    REMEDIED = "remedied", "已处理"


class DisputeOutcome(models.TextChoices):
    """Whose view the decision took."""

    UPHELD = "upheld", "支持申请方"
    PARTLY_UPHELD = "partly_upheld", "部分支持"
    DISMISSED = "dismissed", "不予支持"


class ChangeKind(models.TextChoices):
    """What a provider announces for a service."""

    STOP = "stop", "停止服务"
    CHANGE = "change", "变更服务"
