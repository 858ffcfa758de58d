"""Examples of the API document: objections, disputes, changes of services, records of use."""

from drf_spectacular.utils import OpenApiExample

_ID = "019ab0c2-7d10-7c3e-9a51-2f6d3c8e1b{:02d}"

DISPUTE = [
    OpenApiExample(
        "a refusal",
        request_only=True,
        value={
            "request": _ID.format(6),
            "claim": "所请求的数据项为履行登记职责所必需，拒绝理由不成立",
        },
    )
]
RESPOND = [
    OpenApiExample(
        "the other view",
        request_only=True,
        value={"response": "登记职责不涉及该数据项，依据《政务数据共享条例》第二十一条拒绝"},
    )
]
ELEVATE = [OpenApiExample("by report", request_only=True, value={"document": "示数〔2026〕31号"})]
SETTLE = [
    OpenApiExample(
        "agreed", request_only=True, value={"decision": "双方商定改为提供脱敏后的联系电话"}
    )
]
DECIDE = [
    OpenApiExample(
        "for the requester",
        request_only=True,
        value={
            "outcome": "upheld",
            "decision": "该数据项属于履职所需，提供部门应当重新答复",
            "document": "示数裁〔2026〕7号",
        },
    )
]
OBJECTION = [
    OpenApiExample(
        "a wrong name",
        request_only=True,
        value={
            "kind": "content",
            "resource": _ID.format(1),
            "grant": _ID.format(4),
            "description": "窗口办理中发现区划名称与批复文件不一致",
            "claims": [
                {
                    "key": {"code": "110101"},
                    "item": "name",
                    "found": "东城",
                    "claimed": "东城区",
                }
            ],
        },
    ),
    OpenApiExample(
        "use beyond the purpose",
        request_only=True,
        value={
            "kind": "misuse",
            "resource": _ID.format(1),
            "grant": _ID.format(4),
            "description": "调用量与登记业务量不符",
        },
    ),
]
CORRECT = [
    OpenApiExample(
        "one record",
        request_only=True,
        value={"rows": [{"code": "110101", "name": "东城区", "level": "3"}]},
    )
]
RESOLVE = [
    OpenApiExample(
        "corrected",
        request_only=True,
        value={"outcome": "corrected", "feedback": "经核对批复文件，名称已更正"},
    ),
    OpenApiExample(
        "found right",
        request_only=True,
        value={"outcome": "unfounded", "feedback": "与批复文件一致，核实无误"},
    ),
]
CLOSE = [OpenApiExample("well done", request_only=True, value={"rating": 5})]
ANNOUNCE = [
    OpenApiExample(
        "a service that stops",
        request_only=True,
        value={
            "dataset": _ID.format(8),
            "kind": "stop",
            "reason": "区划代码改由统计部门统一发布",
            "replacement": "示例省统计局 行政区划代码",
            "effective_on": "2027-03-01",
        },
    )
]
REPLY = [
    OpenApiExample("agreed", request_only=True, value={"agrees": True}),
    OpenApiExample(
        "not yet",
        request_only=True,
        value={"agrees": False, "note": "替代接口尚未联调完成，请顺延一个月"},
    ),
]
FILE = [OpenApiExample("filed", request_only=True, value={"number": "示数备〔2027〕3号"})]
USE_RECORD = [
    OpenApiExample(
        "a quarter",
        request_only=True,
        value={
            "grant": _ID.format(4),
            "starts_on": "2026-07-01",
            "ends_on": "2026-09-30",
            "scenario": "核对纳税人注册地行政区划",
            "process": "登记环节逐笔查询，共查询1.2万笔",
            "effect": "减少纳税人提交材料1项，平均办理时间缩短15分钟",
            "storage": "只留存核对结果，不留存原始数据",
            "disposal": "中间数据按日清除",
        },
    )
]
HOOK = [
    OpenApiExample(
        "notices to the own office system",
        request_only=True,
        value={"url": "https://oa.tax.example/hooks/shuqiao"},
    )
]
PAUSE_HOOK = [OpenApiExample("maintenance", request_only=True, value={"reason": "系统维护"})]
