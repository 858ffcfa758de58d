"""A copy of the table of sessions opens no session."""

from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session

from accounts.sessionstore import SessionStore, kept_as

pytestmark = pytest.mark.django_db


def made() -> SessionStore:
    session = SessionStore()
    session["who"] = "王"
    session.save()
    return session


def test_the_row_bears_only_a_digest_of_the_cookie():
    session = made()
    row = Session.objects.get()
    assert row.session_key == kept_as(session.session_key)
    assert session.session_key not in row.session_data
    assert SessionStore(session.session_key)["who"] == "王"


def test_what_stands_in_the_row_is_no_key():
    made()
    thief = SessionStore(Session.objects.get().session_key)
    assert thief.get("who") is None
    assert thief.session_key is None


def test_a_session_changes_its_key_ends_and_is_gone():
    session = made()
    before = session.session_key
    session.cycle_key()
    assert SessionStore(before).get("who") is None
    assert SessionStore(session.session_key)["who"] == "王"
    assert session.exists(session.session_key)
    session.flush()
    assert not Session.objects.exists()
    assert session.is_empty()


def test_the_portal_uses_it():
    assert import_module(settings.SESSION_ENGINE).SessionStore is SessionStore
