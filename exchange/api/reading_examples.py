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
ACK = [
    OpenApiExample(
        "everything up to here has arrived",
        request_only=True,
        value={"cursor": "eyJkIjoiMDE5MzZmNjAifQ:SeOjwXKsnLPGd5G..."},
    )
]
LINK = [
    OpenApiExample(
        "the table for half an hour", request_only=True, value={"format": "csv", "minutes": 30}
    ),
    OpenApiExample("batch 17", request_only=True, value={"format": "parquet", "number": 17}),
    OpenApiExample(
        "a link",
        response_only=True,
        value={
            "url": "https://exchange.example/api/v1/links/eyJzIjoiMDE5MzZmNjAifQ:SeOjwXKsnLPGd5G...",
            "expires_at": "2026-11-22T10:30:00Z",
        },
    ),
]
