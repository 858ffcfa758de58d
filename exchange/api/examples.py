"""Examples of the API document: 行政区划代码, published by civil affairs, read by a tax bureau."""

from drf_spectacular.utils import OpenApiExample

_ID = "019ab0c2-7d10-7c3e-9a51-2f6d3c8e1b{:02d}"

ATTACH = [
    OpenApiExample(
        "division codes",
        request_only=True,
        value={
            "resource": _ID.format(1),
            "system": _ID.format(2),
            "kind": "table",
            "compatibility": "backward",
            "on_reject": "refuse",
            "is_queryable": True,
            "lookup_items": ["name"],
        },
    )
]
HAND_OVER = [OpenApiExample("to its successor", request_only=True, value={"system": _ID.format(5)})]
RETAIN = [OpenApiExample("for a year", request_only=True, value={"retain_days": 365})]
LOOKUP = [
    OpenApiExample(
        "by key", request_only=True, value={"where": {"code": "110101"}, "items": ["code", "name"]}
    ),
    OpenApiExample(
        "found",
        response_only=True,
        value={"items": [{"code": "110101", "name": "东城区"}], "as_of": 17},
    ),
]
_STATEMENTS = {
    "system": _ID.format(3),
    "basis": "《税收征收管理法实施细则》",
    "basis_number": "国务院令第362号",
    "basis_clause": "第十二条",
    "scenario": "核对纳税人注册地行政区划",
    "scope": "全省税务登记业务",
    "modes": ["interface", "database"],
    "purposes": ["tax-registration"],
    "networks": ["10.2.0.0/16"],
    "calls_per_day": 5000,
    "frequency": "daily",
    "ends_on": "2027-12-31",
}
REQUEST = [
    OpenApiExample(
        "division codes for tax registration",
        request_only=True,
        value={"resource": _ID.format(1), "items": ["code", "name", "level"], **_STATEMENTS},
    ),
    OpenApiExample(
        "as before, but for longer",
        request_only=True,
        value={"like": _ID.format(6), "amends": _ID.format(4), "ends_on": "2028-12-31"},
    ),
]
APPLICATION = [
    OpenApiExample(
        "division codes and enterprises",
        request_only=True,
        value={
            **_STATEMENTS,
            "parts": [
                {"resource": _ID.format(1), "items": ["code", "name"]},
                {
                    "resource": _ID.format(7),
                    "items": ["credit_code", "name"],
                    "verify_items": ["legal_person"],
                },
            ],
        },
    )
]
NAME_TEMPLATE = [OpenApiExample("a pattern", request_only=True, value={"name": "税务登记核对"})]
ASK = [
    OpenApiExample(
        "everything that is missing",
        request_only=True,
        value={"missing": "请补充：一、使用依据的文号和条款；二、本系统的等级保护备案证明编号"},
    )
]
SUPPLEMENT = [
    OpenApiExample(
        "what was missing",
        request_only=True,
        value={"supplement": "一、国务院令第362号第十二条；二、备案证明编号 99000043001-26001"},
    )
]
PREVIEW = [
    OpenApiExample(
        "masked, some rows",
        request_only=True,
        value={
            "items": ["code", "name", "contact"],
            "masks": {"contact": {"kind": "partial", "form": "telephone"}},
            "condition": 'code starts with "1101"',
        },
    ),
]
PREPARE = [
    OpenApiExample(
        "consent in part, masked, to some rows",
        request_only=True,
        value={
            "consent": True,
            "items": ["code", "name", "contact"],
            "masks": {"contact": {"kind": "partial", "form": "telephone"}},
            "condition": 'code starts with "1101"',
            "calls_per_day": 1000,
            "left_out": {"level": "与税务登记无关"},
        },
    ),
    OpenApiExample(
        "refusal",
        request_only=True,
        value={
            "consent": False,
            "ground": "beyond_duty",
            "reason": "请求的数据项与所述职责无关",
            "basis": "《政务数据共享条例》第二十一条",
        },
    ),
]
RETURN = [OpenApiExample("mask more", request_only=True, value={"reason": "联系电话应当部分遮蔽"})]
SUSPEND = [
    OpenApiExample(
        "use beyond the purpose",
        request_only=True,
        value={"reason": "调用量与登记业务量不符，疑似超范围使用", "rectify_by": "2027-03-31"},
    )
]
RECTIFY = [
    OpenApiExample(
        "put right", request_only=True, value={"rectification": "已停用批量核对脚本并清除所得数据"}
    )
]
RESUME = [OpenApiExample("in order", request_only=True, value={"reason": "整改属实，恢复共享"})]
FINISH = [OpenApiExample("achieved", request_only=True, value={"reason": "核对工作已完成"})]
DISPOSE = [
    OpenApiExample(
        "deleted and overwritten",
        request_only=True,
        value={
            "method": "逻辑删除并覆写",
            "systems": ["税务登记系统"],
            "statement": "所得数据及其备份已全部销毁，未留存副本。",
            "document": "示税函〔2027〕12号",
        },
    )
]
REVOKE = [OpenApiExample("purpose achieved", request_only=True, value={"reason": "使用目的已实现"})]
SUBSCRIBE = [
    OpenApiExample("pull", request_only=True, value={"grant": _ID.format(4), "mode": "pull"}),
    OpenApiExample(
        "webhook",
        request_only=True,
        value={
            "grant": _ID.format(4),
            "mode": "webhook",
            "url": "https://exchange.tax.example/hooks/shuqiao",
        },
    ),
    OpenApiExample(
        "sink",
        request_only=True,
        value={
            "grant": _ID.format(4),
            "mode": "sink",
            "dsn": "postgresql://hub:secret@db.tax.example/exchange",
            "target_schema": "shared",
            "target_table": "division_codes",
        },
    ),
    OpenApiExample(
        "files",
        request_only=True,
        value={
            "grant": _ID.format(4),
            "mode": "file",
            "url": "sftp://hub@files.tax.example/incoming/divisions",
            "secrets": {"host_key": "SHA256:...", "password": "..."},
            "file_format": "parquet",
            "file_name": "division-codes",
        },
    ),
]
DECLINE = [
    OpenApiExample("not needed", request_only=True, value={"reason": "本处室业务不需要该数据项"})
]
PAUSE = [OpenApiExample("maintenance", request_only=True, value={"reason": "接收端数据库维护"})]
END = [OpenApiExample("system retired", request_only=True, value={"reason": "使用系统已停用"})]
