"""What a call states in its headers: purpose, end user, reason."""

from urllib.parse import unquote

from django.http.request import HttpHeaders
from rest_framework.request import Request

from exchange.calls import Call
from kernel.errors import Invalid

# Header -> the longest text that the ledger keeps of it.
HEADERS = {"X-Purpose": 40, "X-End-User": 80, "X-Reason": 200}
_KEYS = {name: HttpHeaders.to_wsgi_name(name) for name in HEADERS}


def read_call(request: Request) -> Call:
    """The call's own statements; values are percent-encoded UTF-8, for headers are ASCII."""
    purpose, end_user, reason = (_read(request, name, most) for name, most in HEADERS.items())
    return Call(purpose=purpose, end_user=end_user, reason=reason)


def _read(request: Request, name: str, most: int) -> str:
    sent = request.META.get(_KEYS[name])
    if not sent:
        return ""
    try:
        value = unquote(sent, errors="strict").strip()
    except UnicodeDecodeError as bad:
        raise Invalid.field(name, "is not percent-encoded UTF-8") from bad
    if len(value) > most:
        raise Invalid.field(name, f"is longer than {most} characters")
    if not value.isprintable():
        raise Invalid.field(name, "holds a character that cannot be printed")
    return value
