"""Browsers of people who signed in, for tests of pages."""

from django.test import Client

from accounts.models import Member


def browser_of(member: Member) -> Client:
    """A browser in which this person signed in."""
    client = Client()
    client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(answer) -> str:
    """The page as text."""
    return answer.content.decode()
