"""The breaker of an interface: opens after failures, rests, lets one probe, closes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice
from exchange import breakers
from exchange.interface_errors import ProviderFailed, ProviderRefused, ProviderResting
from exchange.models import InterfaceDay, ServiceInterface
from tests.factories.exchange import row
from tests.factories.interfaces import call, register

ONE = row("110101")


@pytest.fixture
def interface(world, provider):
    provider.answer = {"data": {"rows": [ONE]}}
    return register(world, provider.url)


def test_the_breaker_opens_rests_probes_and_closes(world, interface, provider, trail):
    world.grant()
    provider.status = 500
    for _ in range(breakers.FAILURES):
        with pytest.raises(ProviderFailed):
            call(interface, world)
    with pytest.raises(ProviderResting) as resting:
        call(interface, world)
    assert 1 <= resting.value.facts["retry_after"] <= breakers.REST_SECONDS
    assert len(provider.calls) == breakers.FAILURES
    assert Notice.objects.get(verb="interface.resting").department_id == world.provider.pk
    # It has rested, and still fails: it rests for longer.
    ServiceInterface.objects.update(open_until=timezone.now())
    with pytest.raises(ProviderFailed):
        call(interface, world)
    interface.refresh_from_db()
    assert interface.open_until - timezone.now() > timedelta(seconds=1.8 * breakers.REST_SECONDS)
    # It has rested, and answers: everybody is let through again.
    ServiceInterface.objects.update(open_until=timezone.now())
    provider.status = 200
    call(interface, world)
    interface.refresh_from_db()
    assert (interface.failures, interface.open_until) == (0, None)
    day = InterfaceDay.objects.get()
    assert (day.calls, day.failures) == (breakers.FAILURES + 2, breakers.FAILURES + 1)
    assert len(trail("interface.rested")) == 2


def test_while_one_call_probes_no_other_is_let_through(interface):
    ServiceInterface.objects.update(failures=5, open_until=timezone.now())
    probe = breakers.admit(interface)
    assert probe.probe is not None
    with pytest.raises(ProviderResting):
        breakers.admit(interface)


def test_refusals_of_the_provider_open_no_breaker(world, interface, provider):
    world.grant()
    provider.status = 404
    for _ in range(breakers.FAILURES + 1):
        with pytest.raises(ProviderRefused):
            call(interface, world)
    assert ServiceInterface.objects.get().open_until is None
