"""Examples of the API document for those who read: verification and the ledger of use."""

from drf_spectacular.utils import OpenApiExample

_KEY = {"code": "110101"}

VERIFY = [
    OpenApiExample(
        "is this its name?", request_only=True, value={"key": _KEY, "claims": {"name": "东城区"}}
    ),
    OpenApiExample(
        "yes",
        response_only=True,
        value={"found": True, "matches": {"name": True}, "as_of": 17},
    ),
]
WHO_RECEIVED = [OpenApiExample("one record", request_only=True, value={"key": _KEY})]
