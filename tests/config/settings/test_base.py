import pytest
from django.conf import settings

from config.settings.base import cache_url


@pytest.mark.parametrize(
    ("broker", "cache"),
    [
        ("redis://:secret@host:6379/0", "redis://:secret@host:6379/1"),
        ("redis://host:6379/3", "redis://host:6379/4"),
        ("redis://host:6379", "redis://host:6379/1"),
        (
            "rediss://host:6380/0?ssl_cert_reqs=required",
            "rediss://host:6380/1?ssl_cert_reqs=required",
        ),
    ],
)
def test_the_cache_never_shares_the_brokers_database(broker, cache):
    assert cache_url(broker) == cache


def test_every_database_connection_has_its_limits():
    entry = settings.DATABASES["default"]
    assert entry["ATOMIC_REQUESTS"] is False
    assert entry["CONN_HEALTH_CHECKS"] is True
    options = entry["OPTIONS"]
    assert options["connect_timeout"] == 5
    for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        assert f"{limit}=" in options["options"]


@pytest.mark.django_db
def test_the_limits_hold_on_the_server():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("10s",)
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("1min",)
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("1min",)
