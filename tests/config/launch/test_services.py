"""Web, worker and beat as real processes on the test database."""

import time
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from accounts.models import Heartbeat
from config.launch import services

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def port_of(variables: dict[str, str]) -> int:
    return urlsplit(variables["PUBLIC_URL"]).port


def test_a_killed_web_server_is_gone_at_once_and_comes_back_on_its_port(platform_env, start_web):
    variables = platform_env()
    web = start_web(variables)
    web.kill()
    assert not services.answers(port_of(variables), "/healthz")
    web.start()
    web.wait_until(lambda: services.answers(port_of(variables)), timeout=60)


def test_beat_rings_a_worker_hears_and_the_heartbeat_says_so(
    platform_env, start_worker, start_beat
):
    variables = platform_env()
    begun = timezone.now()
    start_worker(variables)
    beat = start_beat(variables)
    end = time.monotonic() + 40
    while not Heartbeat.objects.filter(name="worker", at__gt=begun).exists():
        assert beat.alive, beat.last_words()
        assert time.monotonic() < end, beat.last_words()
        time.sleep(0.2)
