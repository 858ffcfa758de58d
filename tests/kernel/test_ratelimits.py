"""Counted together: never more than the limit passes; a lost cache serves everybody."""

import time

import pytest
from django.core.cache import cache

from kernel import ratelimits
from kernel.ratelimits import Limit, take

FEW = Limit("few", 10, 3600)
MANY = Limit("many", 2000, 3600)


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()
    ratelimits.forget()
    yield
    ratelimits.forget()


def test_a_small_limit_is_counted_one_by_one():
    standings = [take(FEW, "a") for _ in range(12)]
    assert [standing.passes for standing in standings] == [True] * 10 + [False] * 2
    assert [standing.left for standing in standings] == [*range(9, -1, -1), 0, 0]
    assert take(FEW, "b").passes
    assert standings[0].told == f'"few";r=9;t={standings[0].rest}'
    assert FEW.policy == '"few";q=10;w=3600'


def test_a_large_limit_asks_the_cache_once_for_a_chunk(monkeypatch):
    asked = []
    ask = ratelimits._ask
    monkeypatch.setattr(ratelimits, "_ask", lambda *of: asked.append(of) or ask(*of))
    assert MANY.chunk == 10
    assert sum(take(MANY, "a").passes for _ in range(2500)) == 2000
    assert len(asked) == 200


def test_processes_together_let_no_more_pass_than_the_limit():
    passed = 0
    for _process in range(4):
        ratelimits.forget()
        passed += sum(take(MANY, "a").passes for _ in range(700))
    assert 2000 - 4 * MANY.chunk <= passed <= 2000


def test_a_flushed_cache_forgives_and_breaks_nothing():
    assert [take(FEW, "a").passes for _ in range(11)][-1] is False
    cache.clear()
    assert not take(FEW, "a").passes, "a window that is over for this process stays over"
    ratelimits.forget()
    assert take(FEW, "a").passes


def test_a_new_window_begins_anew(monkeypatch):
    assert [take(FEW, "a").passes for _ in range(11)][-1] is False
    later = time.time() + 3600
    monkeypatch.setattr("kernel.ratelimits.time.time", lambda: later)
    assert take(FEW, "a").passes


def test_without_the_cache_nobody_is_limited_and_it_is_not_asked_each_time(settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    begun = time.monotonic()
    assert all(take(FEW, "a").passes for _ in range(500))
    assert time.monotonic() - begun < 2
    assert take(FEW, "a").left == 10
