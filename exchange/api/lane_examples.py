"""Examples of the API document: what a subscriber does with its lane."""

from drf_spectacular.utils import OpenApiExample

REDELIVER = [
    OpenApiExample("one batch", request_only=True, value={"number": 17}),
    OpenApiExample("all from one on", request_only=True, value={"since": 12}),
]
