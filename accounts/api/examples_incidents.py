"""Examples of the API document: security incidents."""

from drf_spectacular.utils import OpenApiExample

INCIDENTS = {
    "create": [
        OpenApiExample(
            "A leaked key",
            value={
                "title": "某系统凭证外泄",
                "description": "运维日志中发现该系统凭证明文，凭证已停用，正在核查调用记录。",
                "severity": "larger",
                "found_at": "2026-11-20T09:30:00+08:00",
            },
            request_only=True,
        )
    ],
    "grade": [
        OpenApiExample(
            "Worse than it looked",
            value={"severity": "major", "reason": "调用记录显示该凭证已被他人使用。"},
            request_only=True,
        )
    ],
    "close": [
        OpenApiExample(
            "What was done",
            value={"measures": "更换凭证，限定调用网络，核对全部调用记录，无数据外泄。"},
            request_only=True,
        )
    ],
    "report": [
        OpenApiExample(
            "Reported within the hours",
            value={"reported_to": "省委网信办", "document": "网安报〔2026〕3号"},
            request_only=True,
        )
    ],
}
