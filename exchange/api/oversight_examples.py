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
