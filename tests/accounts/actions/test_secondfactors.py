"""Second factors: set up by oneself, shown at each sign-in, never twice, lost and taken away."""

from datetime import timedelta

import pyotp
import pytest
from django.test import RequestFactory
from django.utils import timezone

from accounts import secondfactors
from accounts.actions.secondfactors import (
    add_key,
    begin_app,
    confirm_app,
    drop_factor,
    factor_kinds,
    renew_codes,
    reset_factors,
    show_code,
    show_key,
)
from accounts.errors import LockedOut, SamePerson
from accounts.models import AuditEvent, SecondFactor, User
from accounts.signin_errors import SecondFactorNeeded, WrongCode
from kernel.errors import Conflict, Forbidden, Invalid
from tests.factories.accounts import PASSWORD, MemberFactory, SessionTokenFactory
from tests.people import actor_for
from tests.securitykeys import SecurityKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(department):
    return MemberFactory(department=department)


@pytest.fixture
def asked():
    return RequestFactory().post("/sign-in", REMOTE_ADDR="192.0.2.7")


@pytest.fixture
def named(settings):
    settings.PUBLIC_URL = "https://exchange.example.gov.cn"


def code_of(secret, steps=0):
    return pyotp.TOTP(secret).at(timezone.now() + timedelta(seconds=30 * steps))


def app(member):
    """The secret of an app that the person set up with the code of half a minute ago."""
    actor = actor_for(member)
    _row, secret = begin_app(member.user, actor=actor)
    codes = confirm_app(member.user, actor=actor, code=code_of(secret, -1))
    return secret, codes


def test_an_app_counts_once_its_first_code_was_right(member):
    actor = actor_for(member)
    _row, secret = begin_app(member.user, actor=actor)
    assert factor_kinds(member.user) == []
    with pytest.raises(Invalid):
        confirm_app(member.user, actor=actor, code="000000")
    assert factor_kinds(member.user) == []
    codes = confirm_app(member.user, actor=actor, code=code_of(secret))
    assert factor_kinds(member.user) == ["recovery", "totp"]
    assert len(set(codes)) == 10


def test_a_secret_that_another_sign_in_was_shown_is_never_the_one_that_counts(member):
    actor, user = actor_for(member), member.user
    thief, own = SessionTokenFactory(user=user), SessionTokenFactory(user=user)
    _row, seen = begin_app(user, actor=actor, here=thief)
    _row, secret = begin_app(user, actor=actor, here=own)
    assert secret != seen
    # The page loaded again shows the same picture.
    assert begin_app(user, actor=actor, here=own)[1] == secret
    with pytest.raises(Conflict):
        confirm_app(user, actor=actor, code=code_of(secret), here=thief)
    assert factor_kinds(user) == []
    confirm_app(user, actor=actor, code=code_of(secret), here=own)
    assert factor_kinds(user) == ["recovery", "totp"]


def test_the_first_factor_ends_the_sign_ins_that_showed_none(member, named):
    actor, user = actor_for(member), member.user
    older, own = SessionTokenFactory(user=user), SessionTokenFactory(user=user)
    _row, secret = begin_app(user, actor=actor, here=own)
    confirm_app(user, actor=actor, code=code_of(secret), here=own)
    older.refresh_from_db()
    own.refresh_from_db()
    assert older.revoked_at
    assert (own.revoked_at, own.factor) == (None, "totp")
    later = SessionTokenFactory(user=user, factor="totp")
    register(member, SecurityKey("https://exchange.example.gov.cn"))
    later.refresh_from_db()
    assert later.revoked_at is None


def test_the_secret_is_sealed_and_neither_it_nor_a_code_is_in_the_trail(member):
    secret, codes = app(member)
    row = SecondFactor.objects.get(kind="totp")
    assert secret not in row.sealed
    stored = " ".join(SecondFactor.objects.values_list("digest", flat=True))
    trail = str(list(AuditEvent.objects.values_list("detail", flat=True)))
    for code in codes:
        assert code not in stored
        assert code not in trail
    assert secret not in trail


def test_a_code_is_taken_once(member, asked):
    secret, _ = app(member)
    code = code_of(secret)
    assert show_code(member.user, code, request=asked) == "totp"
    with pytest.raises(WrongCode):
        show_code(member.user, code, request=asked)
    # Neither is one of before it, though its half minute is not over.
    with pytest.raises(WrongCode):
        show_code(member.user, code_of(secret, -1), request=asked)


def test_a_code_on_paper_is_taken_once_in_either_writing(member, asked):
    _, codes = app(member)
    assert show_code(member.user, codes[0].lower().replace("-", " "), request=asked) == "recovery"
    with pytest.raises(WrongCode):
        show_code(member.user, codes[0], request=asked)
    assert SecondFactor.objects.filter(kind="recovery").count() == 9


def test_without_a_code_the_answer_says_what_can_be_shown(member, asked):
    app(member)
    with pytest.raises(SecondFactorNeeded) as refused:
        show_code(member.user, "", request=asked)
    assert refused.value.facts == {"kinds": ["recovery", "totp"]}


def test_after_five_wrong_codes_not_even_the_right_one_is_looked_at_for_a_while(member, asked):
    secret, _ = app(member)
    for _ in range(5):
        with pytest.raises(WrongCode):
            show_code(member.user, "000000", request=asked)
    with pytest.raises(LockedOut) as locked:
        show_code(member.user, code_of(secret), request=asked)
    assert 0 < locked.value.facts["retry_after"] <= 31
    User.objects.update(code_failed_at=timezone.now() - timedelta(seconds=31))
    assert show_code(member.user, code_of(secret), request=asked) == "totp"
    assert User.objects.get(pk=member.user_id).code_failures == 0


def test_however_many_are_tried_the_pause_is_fifteen_minutes_at_most(member):
    user = member.user
    user.code_failures, user.code_failed_at = 1000, timezone.now()
    assert timedelta(minutes=14) < secondfactors.pause(user) <= timedelta(minutes=15)


def test_a_refused_code_leaves_its_trace_with_the_address(member, asked):
    app(member)
    with pytest.raises(WrongCode):
        show_code(member.user, "000000", request=asked)
    trace = AuditEvent.objects.latest("pk")
    assert (trace.verb, trace.address) == ("session.refused", "192.0.2.7")
    assert trace.detail == {"step": "second factor"}


def test_a_security_key_is_made_and_signs(member, asked, named):
    key = SecurityKey("https://exchange.example.gov.cn")
    assert register(member, key) != []
    options, state = ask(member)
    assert show_key(member.user, state, key.sign(options), request=asked) == "webauthn"


def test_a_signature_that_was_sent_before_is_refused(member, asked, named):
    key = SecurityKey("https://exchange.example.gov.cn")
    register(member, key)
    options, state = ask(member)
    answer = key.sign(options)
    show_key(member.user, state, answer, request=asked)
    with pytest.raises(WrongCode):
        show_key(member.user, state, answer, request=asked)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"id": "x"},
        {"origin": "https://exchange.example.gov.cn.evil.example"},
        {"origin": "http://exchange.example.gov.cn"},
        {"challenge": b"another challenge than ours"},
        {"other": True},
    ],
)
def test_an_answer_that_is_not_the_keys_own_to_us_opens_nothing(member, asked, named, wrong):
    key = SecurityKey("https://exchange.example.gov.cn")
    register(member, key)
    options, state = ask(member)
    if wrong.get("other"):
        answer = SecurityKey("https://exchange.example.gov.cn").sign(options)
    elif "origin" in wrong or "challenge" in wrong:
        answer = key.sign(options, **wrong)
    else:
        answer = wrong
    with pytest.raises(WrongCode):
        show_key(member.user, state, answer, request=asked)
    assert SecondFactor.objects.get(kind="webauthn").used_at is None


def test_a_factor_is_given_up_with_the_password_and_the_codes_with_the_last(member):
    app(member)
    row, actor = SecondFactor.objects.get(kind="totp"), actor_for(member)
    with pytest.raises(Invalid):
        drop_factor(row, actor=actor, password="not it")
    assert factor_kinds(member.user) == ["recovery", "totp"]
    drop_factor(row, actor=actor, password=PASSWORD)
    assert not SecondFactor.objects.exists()


def test_new_codes_on_paper_end_those_of_before(member, asked):
    _, codes = app(member)
    fresh = renew_codes(member.user, actor=actor_for(member))
    assert not set(fresh) & set(codes)
    with pytest.raises(WrongCode):
        show_code(member.user, codes[0], request=asked)
    assert show_code(member.user, fresh[0], request=asked) == "recovery"


def test_codes_on_paper_alone_are_no_second_factor(member):
    with pytest.raises(Conflict):
        renew_codes(member.user, actor=actor_for(member))
    assert not SecondFactor.objects.exists()


def test_a_lost_factor_is_taken_away_by_the_security_administrator_alone(member, actor_of):
    app(member)
    for role in ("operator", "auditor", "department_admin"):
        with pytest.raises(Forbidden):
            reset_factors(member.user, actor=actor_of(role), reason="手机丢失")
    assert factor_kinds(member.user)
    reset_factors(member.user, actor=actor_of("security_admin"), reason="手机丢失")
    assert not SecondFactor.objects.exists()
    assert AuditEvent.objects.latest("pk").verb == "second_factor.reset"


def test_a_security_administrator_does_not_take_the_own_away(department):
    own = MemberFactory(department=department, roles=["security_admin"])
    app(own)
    with pytest.raises(SamePerson):
        reset_factors(own.user, actor=actor_for(own), reason="手机丢失")
    assert factor_kinds(own.user)


def test_nobody_sets_up_anothers(member, actor_of):
    with pytest.raises(Forbidden):
        begin_app(member.user, actor=actor_of("operator"))
    assert not SecondFactor.objects.exists()


def register(member, key):
    options, state = secondfactors.begin_key(member.user, [])
    answer = key.make(options)
    return add_key(member.user, actor=actor_for(member), name="钥匙", state=state, answer=answer)


def ask(member):
    rows = SecondFactor.objects.filter(user=member.user, kind="webauthn")
    return secondfactors.ask_key(rows.values_list("public_key", flat=True))
