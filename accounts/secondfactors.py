"""Second factors without rows: codes of an app, codes on paper, signatures of security keys."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pyotp
import segno
from django.conf import settings
from django.utils import timezone
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    UserVerificationRequirement,
)

from accounts import keys
from accounts.models import User
from accounts.permissions import Role

ISSUER = "Shuqiao"
RECOVERY_CODES = 10
# A clock may be one step of 30 seconds off.
_DRIFT = (-1, 0, 1)
_TRIES, _LONGEST = 5, timedelta(minutes=15)
# Easy to read aloud and to type: no 0, O, 1, I, L.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


def is_required(roles: Iterable[Role | str]) -> bool:
    """Whether a holder of these roles signs in with a second factor (SECOND_FACTOR_ROLES)."""
    return any(str(role) in settings.SECOND_FACTOR_ROLES for role in roles)


def new_app_secret() -> str:
    """A secret of 160 bits for an app that counts codes, in base32."""
    return pyotp.random_base32()


def app_address(secret: str, username: str) -> str:
    """What the app reads: the address that its picture holds."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def picture(address: str) -> str:
    """The address as a QR code, in SVG without styles of its own."""
    # Any mask is read; to weigh all eight takes longer than the rest of the page.
    made = segno.make(address, micro=False, error="m", mask=3)
    return str(made.svg_inline(scale=5, border=3, dark="#000", light="#fff", omitsize=False))


def app_step(secret: str, code: str, after: int) -> int | None:
    """The step of 30 seconds to which the code belongs, if it is later than ``after``; None for a
    code that is wrong, too old, or was taken already."""
    totp = pyotp.TOTP(secret)
    now = totp.timecode(timezone.now())
    matching = [now + drift for drift in _DRIFT if _is(totp.generate_otp(now + drift), code)]
    return next((step for step in matching if step > after), None)


def new_recovery_codes() -> list[str]:
    """Codes of 50 bits to keep on paper, each good for one sign-in."""
    return ["-".join(_letters(5) for _ in range(2)) for _ in range(RECOVERY_CODES)]


def recovery_digest(user: User, code: str) -> str:
    """What is stored of a code: with the person in it, so that equal codes do not look equal."""
    plain = "".join(code.split()).replace("-", "").upper()
    return keys.digest(f"{user.pk}:{plain}")


def pause(user: User) -> timedelta:
    """How long no further code is looked at: nothing at first, then doubling to 15 minutes."""
    if user.code_failed_at is None or user.code_failures < _TRIES:
        return timedelta()
    waits = min(_LONGEST, timedelta(seconds=30 * 2 ** min(user.code_failures - _TRIES, 10)))
    return max(timedelta(), user.code_failed_at + waits - timezone.now())


def keys_work_here() -> bool:
    """Whether browsers offer security keys at the platform's address: only where it has a name,
    over TLS or on one's own machine."""
    public = urlsplit(settings.PUBLIC_URL)
    host = public.hostname or ""
    named = any(letter.isalpha() for letter in host) and ":" not in host
    return named and (public.scheme == "https" or host == "localhost")


def begin_key(user: User, known: Iterable[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser is asked to make a key, and what is to be remembered until it answers."""
    asked, state = _server().register_begin(
        PublicKeyCredentialUserEntity(id=user.pk.bytes, name=user.username, display_name=user.name),
        [_credential(one) for one in known],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return dict(asked), state


def made_key(state: dict[str, Any], answer: dict[str, Any]) -> tuple[str, int]:
    """The public part of the key that the browser made, and its count; ValueError for an answer
    that is not sound."""
    data = _sound(_server().register_complete, state, answer)
    return websafe_encode(bytes(data.credential_data)), data.counter


def ask_key(known: Iterable[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser is asked to sign with one of the keys, and what is to be remembered."""
    asked, state = _server().authenticate_begin(
        [_credential(one) for one in known],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return dict(asked), state


def signed_key(
    state: dict[str, Any], known: Iterable[str], answer: dict[str, Any]
) -> tuple[str, int]:
    """Which key signed, and its count; ValueError for an answer that is not sound."""
    credentials = [_credential(one) for one in known]
    used = _sound(_server().authenticate_complete, state, credentials, answer)
    count = _sound(AuthenticationResponse.from_dict, answer).response.authenticator_data.counter
    return websafe_encode(bytes(used)), count


def _sound(check: Any, *told: Any) -> Any:
    """The check's answer; whatever a hostile browser makes it stumble over is a ValueError."""
    try:
        return check(*told)
    except (KeyError, TypeError, AttributeError, IndexError, AssertionError) as broken:
        raise ValueError("the browser's answer cannot be read") from broken


def _server() -> Fido2Server:
    public = urlsplit(settings.PUBLIC_URL)
    place = PublicKeyCredentialRpEntity(id=public.hostname or "", name=ISSUER)
    origin = f"{public.scheme}://{public.netloc}"
    return Fido2Server(place, verify_origin=lambda told: told == origin)


def _credential(stored: str) -> AttestedCredentialData:
    return AttestedCredentialData(websafe_decode(stored))


def _is(right: str, code: str) -> bool:
    return secrets.compare_digest(right.encode(), "".join(code.split()).encode())


def _letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))
