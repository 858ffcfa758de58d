"""Examples of rules and scans for the API document."""

from drf_spectacular.utils import OpenApiExample as Example

RULES = [
    Example(
        "A county whose systems have few users",
        value={
            "thresholds": {"small_users": 3, "rare_logins": 5},
            "basis": "示例县政务信息系统清理办法第六条",
        },
        request_only=True,
    )
]
SCAN = [Example("Asked for", value={"state": "requested"}, response_only=True)]
