"""Browsers of people who signed in, for tests of pages."""

from django.test import Client

from accounts.backends import BACKEND
from accounts.models import Member
from accounts.signins import SIGN_IN
from tests.factories.accounts import SessionTokenFactory


def browser_of(member: Member) -> Client:
    """A browser in which this person signed in."""
    return sign_in(Client(), member)


def sign_in(client: Client, member: Member) -> Client:
    """The same browser, in which this person signed in now."""
    client.force_login(member.user, backend=BACKEND)
    session = client.session
    session[SIGN_IN] = str(SessionTokenFactory(user=member.user, kind="portal").pk)
    session.save()
    return client


def text(answer) -> str:
    """The page as text."""
    return answer.content.decode()
