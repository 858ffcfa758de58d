"""The doors for systems that sign as for a national or provincial gateway (兼容方式).

Outside /api/v1/, at the addresses that such clients know. Only here such a signature opens
anything, and nothing but calls of service interfaces.
"""

import re
from typing import Any

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.urls import path
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.actor import Actor
from accounts.admission import client_address, require_access, system_actor
from accounts.authentication import SignedIn
from accounts.callers import networks_of
from accounts.models import SystemAccess
from accounts.nonces import take_nonce
from exchange import gateways
from exchange.actions.gateway_keys import refresh_gateway_key
from exchange.actions.interface_calls import call_interface
from exchange.api.callers import read_call
from exchange.api.rendering import json_response
from exchange.gateways import KEPT_SECONDS, NATIONAL, PROVINCIAL
from exchange.interface_errors import TlsMissing, fault_at
from exchange.models import GatewayKey, ServiceInterface
from kernel.errors import DomainError, NotFound
from kernel.sealing import unseal

# What the national platform answers: 接口调用失败, and not in the list of who may.
FAILED, NOT_LISTED = "-1", "E-106"
_SIGNED = re.compile(r"[\x21-\x7e]{1,128}")


class GatewaySignature(BaseAuthentication):
    """The system behind a gateway's signature, each of which is taken once.

    ``auth`` of the request is the key and the national ``sid``, empty for a provincial call.
    """

    # What the signatures of one door are good for, so that they are told apart from the other's.
    door = "call"

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return "Gateway"

    def authenticate(self, request: Request) -> tuple[Actor, tuple[GatewayKey, str]]:
        """The actor and what it signed with; AuthenticationFailed says what is wrong."""
        if not request.is_secure():
            raise TlsMissing("signatures of gateways are taken over HTTPS only")
        if PROVINCIAL[0] in request.headers:
            return self._provincial(request)
        return self._national(request)

    def _national(self, request: Request) -> tuple[Actor, tuple[GatewayKey, str]]:
        rid, sid, at, sign = _values(request, NATIONAL)
        key = _key(rid, GatewayKey.Dialect.NATIONAL)
        _check(sign, self.secret_of(key), (sid, rid, at), at)
        return _once(key, request, self.door, sid, rid, at), (key, sid)

    def _provincial(self, request: Request) -> tuple[Actor, tuple[GatewayKey, str]]:
        client, at, nonce, sign = _values(request, PROVINCIAL)
        key = _key(client, GatewayKey.Dialect.PROVINCIAL)
        _check(sign, unseal(key.sealed_key), (client, at, nonce), at)
        # The nonce alone, whatever the time beside it.
        return _once(key, request, self.door, nonce), (key, "")

    def secret_of(self, key: GatewayKey) -> str:
        """The working secret; whoever has none, or an old one, fetches it first."""
        ends_at = key.secret_ends_at
        if ends_at is None or int(ends_at.timestamp() * 1000) <= gateways.now_ms():
            raise AuthenticationFailed("fetch a new secret from /sysapi/auth/refreshappsecret")
        return unseal(key.sealed_secret)


class RefreshSignature(GatewaySignature):
    """The same, signed with the authorisation key itself."""

    door = "refresh"

    def secret_of(self, key: GatewayKey) -> str:
        """The authorisation key."""
        return unseal(key.sealed_key)


class ProxyView(APIView):
    """Calls of service interfaces, signed as for a gateway."""

    authentication_classes = [GatewaySignature]
    permission_classes = [SignedIn]
    schema = None

    def get(self, request: Any, sid: str = "") -> HttpResponseBase:
        """Call with the parameters of the address."""
        return self._call(request, sid, {})

    def post(self, request: Any, sid: str = "") -> HttpResponseBase:
        """Call with the parameters of the address and of the JSON body."""
        body = request.data if isinstance(request.data, dict) else {}
        return self._call(request, sid, body)

    def _call(self, request: Any, sid: str, body: dict[str, Any]) -> HttpResponseBase:
        signed = request.auth[1]
        # A national signature names the interface; no other is called with it.
        if sid and signed and sid != signed:
            raise NotFound()
        seen = ServiceInterface.objects.callable_by(request.user)
        interface = seen.select_related("resource").filter(code=signed or sid).first()
        if interface is None:
            raise NotFound()
        answered = call_interface(
            interface,
            actor=request.user,
            parameters={**request.query_params.dict(), **body},
            call=read_call(request),
            pinned=True,
        )
        return json_response(answered.body)

    def handle_exception(self, exc: Exception) -> Any:
        """The problem, and whose fault it is."""
        response = super().handle_exception(exc)
        response["X-Fault-At"] = fault_at(exc, response.status_code)
        return response


class RefreshView(APIView):
    """The working secret of a national key (刷新秘钥)."""

    authentication_classes = [RefreshSignature]
    permission_classes = [SignedIn]
    schema = None

    def post(self, request: Any) -> HttpResponse:
        """The secret, wrapped with the authorisation key, and its end in milliseconds."""
        key = request.auth[0]
        secret, ends_at = refresh_gateway_key(key, actor=request.user)
        wrapped = gateways.wrap(secret, unseal(key.sealed_key))
        data = {"secret": wrapped, "secretEndTime": str(ends_at)}
        return JsonResponse({"code": "0", "message": "成功", "data": data})

    def handle_exception(self, exc: Exception) -> Any:
        """The platform's two codes: who is not known is not in the list, the rest has failed."""
        known = isinstance(exc, DomainError)
        if not known and not isinstance(exc, AuthenticationFailed):
            return super().handle_exception(exc)
        status = 403 if known else 401
        code, told = (FAILED, "接口调用失败") if known else (NOT_LISTED, "不在授权列表内")
        return JsonResponse(
            {"code": code, "message": f"{told}: {exc}", "data": None}, status=status
        )


def _values(request: Request, names: tuple[str, ...]) -> list[str]:
    values = [_header(request, name) for name in names]
    if not all(_SIGNED.fullmatch(value) for value in values):
        raise AuthenticationFailed(f"send {', '.join(names)}")
    return values


def _header(request: Request, name: str) -> str:
    """Servers drop header names with an underscore or pass them; both spellings are read."""
    return str(request.headers.get(name) or request.headers.get(name.replace("_", "-"), ""))


def _key(requester: str, dialect: str) -> GatewayKey:
    found = GatewayKey.objects.select_related("system__department", "system__access").filter(
        requester=requester, dialect=dialect, state="active"
    )
    key = found.first()
    if key is None:
        raise AuthenticationFailed("the requester is unknown")
    return key


def _check(sign: str, secret: str, parts: tuple[str, ...], at: str) -> None:
    if not gateways.is_signed(sign, secret, *parts):
        raise AuthenticationFailed("the signature is not right")
    if not gateways.is_timely(at):
        raise AuthenticationFailed("signed too long ago or ahead of time; see the clock")


def _once(key: GatewayKey, request: Request, *parts: str) -> Actor:
    """The actor, for the first who comes with this signed call."""
    actor = system_actor(key.system, client_address(request))
    access = getattr(key.system, "access", None) or SystemAccess()
    # Such a signature binds neither the body nor the address.
    require_access(access, networks_of(access.networks), request, signed=False)
    if not take_nonce(key.requester, *parts, seconds=KEPT_SECONDS):
        raise AuthenticationFailed("this signed call was taken already")
    return actor


urlpatterns = [
    path("sysapi/auth/refreshappsecret", RefreshView.as_view(), name="gateway-refresh"),
    path("httpproxy", ProxyView.as_view(), name="gateway-proxy"),
    path("httpproxy/<str:sid>", ProxyView.as_view(), name="gateway-proxy-named"),
]
