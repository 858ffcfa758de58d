import pytest


@pytest.fixture
def client(cast, api):
    """``client("steward")``: this person's API client."""
    return lambda name: api(cast.members[name])
