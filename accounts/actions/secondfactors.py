"""Second factors of people: set up, shown at the sign-in, dropped, and taken away when lost."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit, secondfactors
from accounts.actions.sessions import end_sign_ins
from accounts.actor import NOBODY, Actor
from accounts.errors import LockedOut
from accounts.models import SecondFactor, SessionToken, User
from accounts.permissions import Perm
from accounts.policy import require, require_another
from accounts.signin_errors import SecondFactorNeeded, WrongCode
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.sealing import seal, unseal

_Kind = SecondFactor.Kind
MOST_KEYS = 5


def factor_kinds(user: User) -> list[str]:
    """The kinds of second factor that this person can show at a sign-in."""
    rows = SecondFactor.objects.filter(user=user).exclude(confirmed_at=None)
    found = set(rows.values_list("kind", flat=True))
    return sorted(found) if found - {_Kind.RECOVERY} else []


@transaction.atomic
def begin_app(
    user: User, *, actor: Actor, here: SessionToken | None = None
) -> tuple[SecondFactor, str]:
    """A secret for an app, shown in the sign-in ``here`` until a first right code confirms it.

    No other sign-in is shown it: whoever begins in another one gets a secret of their own.
    """
    _require_own(user, actor)
    User.objects.select_for_update().get(pk=user.pk)
    known = SecondFactor.objects.filter(user=user, kind=_Kind.TOTP).first()
    if known is not None and known.confirmed_at:
        raise Conflict("you have an app already; drop it before you set up another one")
    if known is not None and here is not None and known.begun_in_id == here.pk:
        return known, unseal(known.sealed)
    secret = secondfactors.new_app_secret()
    row = known or SecondFactor.objects.create(user=user, kind=_Kind.TOTP)
    row.change(sealed=seal(secret), begun_in=here)
    audit.record(actor, "second_factor.begun", user, kind=_Kind.TOTP.value)
    return row, secret


@transaction.atomic
def confirm_app(
    user: User, *, actor: Actor, code: str, here: SessionToken | None = None
) -> list[str]:
    """The app that was begun ``here`` shows right codes, so that it counts from now on, for this
    sign-in too; the codes for paper with the first factor, shown this once.

    With the first factor all other sign-ins end: none of them showed one.
    """
    _require_own(user, actor)
    row = SecondFactor.objects.select_for_update().filter(user=user, kind=_Kind.TOTP).first()
    begun_here = row is not None and row.begun_in_id == (here and here.pk)
    if row is None or row.confirmed_at or not begun_here:
        raise Conflict("there is no app to confirm; begin again")
    step = secondfactors.app_step(unseal(row.sealed), code, row.counter)
    if step is None:
        raise Invalid.field("code", "is not the code that the app shows now", "wrong-code")
    row.change(counter=step, confirmed_at=timezone.now())
    audit.record(actor, "second_factor.added", user, kind=_Kind.TOTP.value)
    _count_here(here, _Kind.TOTP)
    return _first_codes(user, actor, here)


@transaction.atomic
def add_key(
    user: User,
    *,
    actor: Actor,
    name: str,
    state: dict[str, Any],
    answer: dict[str, Any],
    here: SessionToken | None = None,
) -> list[str]:
    """Keep the security key that the browser made, which counts for the sign-in ``here`` too; with
    the first factor the codes for paper, and the end of all other sign-ins."""
    _require_own(user, actor)
    if SecondFactor.objects.filter(user=user, kind=_Kind.WEBAUTHN).count() >= MOST_KEYS:
        raise Conflict("a person has at most five security keys")
    try:
        public, count = secondfactors.made_key(state, answer)
    except ValueError as unsound:
        raise Invalid.field("name", "the browser's answer is not sound; try again") from unsound
    SecondFactor.objects.create(
        user=user,
        kind=_Kind.WEBAUTHN,
        name=name,
        public_key=public,
        counter=count,
        confirmed_at=timezone.now(),
    )
    audit.record(actor, "second_factor.added", user, kind=_Kind.WEBAUTHN.value, name=name)
    _count_here(here, _Kind.WEBAUTHN)
    return _first_codes(user, actor, here)


@transaction.atomic
def renew_codes(user: User, *, actor: Actor) -> list[str]:
    """New codes for paper, shown this once; those of before open nothing any more."""
    _require_own(user, actor)
    if not factor_kinds(user):
        raise Conflict("codes on paper stand in for an app or a key; set up one of these first")
    User.objects.select_for_update().get(pk=user.pk)
    audit.record(actor, "second_factor.codes_renewed", user)
    return _new_codes(user)


@transaction.atomic
def drop_factor(row: SecondFactor, *, actor: Actor, password: str) -> None:
    """Give up one of one's own factors, knowing the password; the codes go with the last one."""
    _require_own(row.user, actor)
    if not row.user.check_password(password):
        raise Invalid.field("password", "is not your password", "wrong-password")
    user, kind = row.user, row.kind
    row.delete()
    if not factor_kinds(user):
        SecondFactor.objects.filter(user=user).delete()
    audit.record(actor, "second_factor.dropped", user, kind=kind)


@transaction.atomic
def reset_factors(user: User, *, actor: Actor, reason: str) -> User:
    """Take all factors of somebody who lost them away; the security administrator's, for others."""
    require(actor, Perm.SECOND_FACTOR_RESET)
    require_another(actor, user.pk)
    SecondFactor.objects.filter(user=user).delete()
    audit.record(actor, "second_factor.reset", user, reason=reason)
    return user


def show_code(user: User, code: str, *, request: HttpRequest) -> str:
    """The kind of factor that this code shows; WrongCode for one that is wrong or was taken.

    Tries are few: after five wrong ones no code is looked at for a time that doubles.
    """
    if not code:
        raise SecondFactorNeeded(kinds=factor_kinds(user))
    kind = _taken(user, code)
    if kind:
        return kind
    _refused(user, request)
    raise WrongCode()


def show_key(
    user: User, state: dict[str, Any], answer: dict[str, Any], *, request: HttpRequest
) -> str:
    """The kind of factor that this signature shows; WrongCode for one that is not sound."""
    if _signed(user, state, answer):
        return str(_Kind.WEBAUTHN.value)
    _refused(user, request)
    raise WrongCode("this security key is not one of yours, or its answer is not sound")


@transaction.atomic
def _taken(user: User, code: str) -> str:
    """The kind of factor whose code this is, taken so that nobody uses it again."""
    locked = _open_to_tries(user)
    app = SecondFactor.objects.filter(user=user, kind=_Kind.TOTP).exclude(confirmed_at=None).first()
    step = secondfactors.app_step(unseal(app.sealed), code, app.counter) if app else None
    if app and step is not None:
        app.change(counter=step, used_at=timezone.now())
        return _right(locked, _Kind.TOTP)
    digest = secondfactors.recovery_digest(user, code)
    paper = SecondFactor.objects.filter(user=user, kind=_Kind.RECOVERY, digest=digest)
    if paper.delete()[0]:
        return _right(locked, _Kind.RECOVERY)
    return _wrong(locked)


@transaction.atomic
def _signed(user: User, state: dict[str, Any], answer: dict[str, Any]) -> str:
    locked = _open_to_tries(user)
    rows = {row.public_key: row for row in locked.second_factors.filter(kind=_Kind.WEBAUTHN)}
    try:
        used, count = secondfactors.signed_key(state, rows, answer)
    except ValueError:
        return _wrong(locked)
    row = rows[used]
    # A key that counts and did not count on is a copy, or an answer that was sent before.
    if (count or row.counter) and count <= row.counter:
        return _wrong(locked)
    row.change(counter=count, used_at=timezone.now())
    return _right(locked, _Kind.WEBAUTHN)


def _open_to_tries(user: User) -> User:
    locked = User.objects.select_for_update().get(pk=user.pk)
    pause = secondfactors.pause(locked)
    if pause:
        raise LockedOut(retry_after=int(pause.total_seconds()) + 1)
    return locked


def _right(user: User, kind: str) -> str:
    if user.code_failures:
        user.change(code_failures=0, code_failed_at=None)
    return str(kind)


def _wrong(user: User) -> str:
    user.change(code_failures=min(user.code_failures + 1, 1000), code_failed_at=timezone.now())
    return ""


def _refused(user: User, request: HttpRequest) -> None:
    """It counts like a wrong password, and leaves its trace."""
    address = str(request.META.get("REMOTE_ADDR") or "")
    nobody = Actor(kind=NOBODY.kind, id=None, name="", address=address)
    audit.record(nobody, "session.refused", user, step="second factor")
    told = {"username": user.username}
    AxesProxyHandler.user_login_failed(__name__, credentials=told, request=request)


def _require_own(user: User, actor: Actor) -> None:
    if not actor.is_person or actor.id != user.pk:
        raise Forbidden("people set up their own second factors alone")


def _count_here(here: SessionToken | None, kind: str) -> None:
    """A sign-in in which a factor was just shown is one with a second factor."""
    if here is not None and not here.factor:
        here.change(factor=kind)


def _first_codes(user: User, actor: Actor, here: SessionToken | None) -> list[str]:
    if SecondFactor.objects.filter(user=user, kind=_Kind.RECOVERY).exists():
        return []
    end_sign_ins(user, actor=actor, keep=here)
    return _new_codes(user)


def _new_codes(user: User) -> list[str]:
    SecondFactor.objects.filter(user=user, kind=_Kind.RECOVERY).delete()
    codes, now = secondfactors.new_recovery_codes(), timezone.now()
    SecondFactor.objects.bulk_create(
        SecondFactor(
            user=user,
            kind=_Kind.RECOVERY,
            digest=secondfactors.recovery_digest(user, code),
            confirmed_at=now,
        )
        for code in codes
    )
    return codes
