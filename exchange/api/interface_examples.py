"""Examples of the API document: an interface of civil affairs, called by a tax bureau."""

from drf_spectacular.utils import OpenApiExample

_ID = "019ab0c2-7d10-7c3e-9a51-2f6d3c8e1b{:02d}"

REGISTER = [
    OpenApiExample(
        "marriages by number",
        request_only=True,
        value={
            "resource": _ID.format(1),
            "system": _ID.format(2),
            "name": "婚姻登记信息查询",
            "method": "POST",
            "url": "https://10.1.2.3/api/marriages",
            "parameters": [
                {"name": "cert_no", "place": "body", "required": True, "item": "id_number"}
            ],
            "records_at": "/data/rows",
            "timeout_ms": 3000,
            "cache_seconds": 60,
            "auth": {"kind": "header", "name": "X-Api-Key"},
            "secret": "shown-to-nobody-again",
        },
    ),
    OpenApiExample(
        "behind the national gateway",
        request_only=True,
        value={
            "resource": _ID.format(1),
            "system": _ID.format(2),
            "name": "婚姻登记信息核验",
            "kind": "verify",
            "method": "POST",
            "url": "https://10.9.0.1/httpproxy",
            "parameters": [{"name": "id_number", "place": "body", "required": True}],
            "records_at": "/data/result",
            "result_codes": ["married", "single"],
            "auth": {
                "kind": "gateway-national",
                "requester": "019ab0c2-0000-7000-8000-000000000001",
                "service": "s_11990000MB0000001A_1",
                "refresh_url": "https://10.9.0.1/sysapi/auth/refreshappsecret",
            },
            "secret": "the-authorisation-key",
        },
    ),
]
CHANGE = [OpenApiExample("more time", request_only=True, value={"timeout_ms": 8000})]
PAUSE = [OpenApiExample("maintenance", request_only=True, value={"reason": "系统维护"})]
CALL = [
    OpenApiExample(
        "one record", request_only=True, value={"parameters": {"cert_no": "990101199001010015"}}
    ),
    OpenApiExample(
        "found",
        response_only=True,
        value={"items": [{"id_number": "990101********0015", "status": "已婚"}]},
    ),
    OpenApiExample("verified", response_only=True, value={"result": True}),
]
TEST = [
    OpenApiExample(
        "with a test record", request_only=True, value={"parameters": {"cert_no": "000000"}}
    ),
    OpenApiExample(
        "well",
        response_only=True,
        value={
            "status": 200,
            "duration_ms": 84,
            "records": 1,
            "items": ["id_number", "status"],
            "missing": [],
            "fault": "",
        },
    ),
]
ISSUE = [
    OpenApiExample(
        "as to the national platform",
        request_only=True,
        value={"system": _ID.format(3), "dialect": "national"},
    )
]
