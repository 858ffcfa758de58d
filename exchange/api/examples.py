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
REQUEST = [
    OpenApiExample(
        "division codes for tax registration",
        request_only=True,
        value={
            "resource": _ID.format(1),
            "system": _ID.format(3),
            "items": ["code", "name", "level"],
            "basis": "《税收征收管理法实施细则》第十二条",
            "scenario": "核对纳税人注册地行政区划",
            "scope": "全省税务登记业务",
            "modes": ["interface", "database"],
            "ends_on": "2027-12-31",
        },
    )
]
CONSENT = [OpenApiExample("some items", request_only=True, value={"items": ["code", "name"]})]
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
]
DECLINE = [
    OpenApiExample("not needed", request_only=True, value={"reason": "本处室业务不需要该数据项"})
]
REFUSE = [
    OpenApiExample("beyond duty", request_only=True, value={"reason": "请求的数据项与所述职责无关"})
]
PAUSE = [OpenApiExample("maintenance", request_only=True, value={"reason": "接收端数据库维护"})]
END = [OpenApiExample("system retired", request_only=True, value={"reason": "使用系统已停用"})]
