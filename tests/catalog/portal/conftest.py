import pytest
from django.test import Client


@pytest.fixture
def client_of_nobody(db):
    """A browser that nobody has signed in with."""
    return Client()
