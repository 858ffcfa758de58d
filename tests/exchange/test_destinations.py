"""Where the platform sends to: what the administrator opened, never the platform itself."""

import pytest
from django.db import connection

from exchange.dataplane.egress_policy import resolve
from exchange.dataplane.errors import Terminal
from exchange.destinations import egress_policy, own_connection, webhook_client

pytestmark = pytest.mark.django_db


def test_nothing_is_open_unless_it_is_listed(settings):
    settings.EGRESS_ALLOW, settings.EGRESS_TEST_ADDRESSES = [], []
    with pytest.raises(Terminal, match="egress-denied"):
        resolve("10.9.8.7", 443, egress_policy())
    settings.EGRESS_ALLOW = ["10.9.8.0/24"]
    assert resolve("10.9.8.7", 443, egress_policy()) == ["10.9.8.7"]


def test_our_own_web_database_and_broker_stay_closed_even_if_listed(settings):
    settings.PUBLIC_URL, settings.REDIS_URL = "https://10.9.8.1", "redis://:word@10.9.8.2:6379/0"
    settings.EGRESS_ALLOW, settings.EGRESS_TEST_ADDRESSES = ["10.0.0.0/8"], []
    policy = egress_policy()
    for host, port in (("10.9.8.1", 443), ("10.9.8.2", 6379)):
        with pytest.raises(Terminal, match="never permitted"):
            resolve(host, port, policy)
    own = connection.settings_dict
    assert f"{own['HOST']}:{own['PORT']}" in policy.denied
    assert resolve("10.9.8.1", 444, policy) == ["10.9.8.1"]


def test_the_own_connection_is_the_platforms_database():
    with own_connection() as ours, ours.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone()[0] == connection.settings_dict["NAME"]
    ours.close()


def test_the_client_refuses_what_the_policy_refuses(settings):
    settings.EGRESS_TEST_ADDRESSES = []
    with webhook_client() as client, pytest.raises(Terminal, match="egress-denied"):
        client.get("http://127.0.0.1:9/")
