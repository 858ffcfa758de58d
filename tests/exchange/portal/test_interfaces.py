"""Service interfaces in the portal: registered, changed, tried, paused, and what each side sees."""

import pytest

from exchange.models import ServiceInterface
from kernel.sealing import unseal
from tests.factories.interfaces import call, register
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward(world):
    return browser_of(world.people["steward"])


def filled(world, provider, **changes):
    return {
        "name": "行政区划查询",
        "system": str(world.publisher.pk),
        "kind": "query",
        "method": "GET",
        "url": provider.url,
        "parameters": "code, query, needed",
        "records_at": "/data/rows",
        "timeout_ms": "2000",
        "cache_seconds": "0",
        "login": "none",
        **changes,
    }


def test_it_is_registered_under_an_entry(steward, world, provider):
    address = f"/interfaces/register?resource={world.resource.pk}"
    assert str(world.resource.pk) in text(steward.get("/interfaces/register"))
    said = filled(world, provider, login="header", auth_name="X-Key", secret="word-of-the-key")
    answer = steward.post(address, said)
    made = ServiceInterface.objects.get()
    assert answer["Location"] == f"/interfaces/{made.pk}"
    assert made.parameters == [{"name": "code", "place": "query", "required": True}]
    assert made.auth == {"kind": "header", "name": "X-Key"}
    page = text(steward.get(f"/interfaces/{made.pk}"))
    assert f"/api/v1/interfaces/{made.pk}/call" in page
    change = text(steward.get(f"/interfaces/{made.pk}/change"))
    assert "code, query, needed" in change
    for shown in (page, change):
        assert "word-of-the-key" not in shown
        assert unseal(made.sealed) not in shown


def test_what_cannot_be_so_stands_beside_its_field(steward, world, provider):
    address = f"/interfaces/register?resource={world.resource.pk}"
    for field, changes in (
        ("url", {"url": "https://169.254.1.1/x"}),
        ("secret", {"login": "header", "auth_name": "X-Key"}),
        ("auth_name", {"login": "header", "secret": "word"}),
        ("records_at", {"records_at": "rows"}),
    ):
        answer = steward.post(address, filled(world, provider, **changes))
        assert answer.status_code == 422, field
        assert f'href="#interface_{field}"' in text(answer), field
    assert not ServiceInterface.objects.exists()


def test_a_change_keeps_the_login_and_knows_who_came_first(steward, world, provider):
    made = register(world, provider.url, auth={"kind": "header", "name": "X-K"}, secret="word")
    own = f"/interfaces/{made.pk}/change"
    said = filled(
        world,
        provider,
        name="区划查询二",
        login="header",
        auth_name="X-K",
        expected=str(made.version),
    )
    assert steward.post(own, said).status_code == 302
    sealed = made.sealed
    made.refresh_from_db()
    assert (made.name, made.sealed) == ("区划查询二", sealed)
    assert steward.post(own, said).status_code in (409, 412)


def test_it_is_tried_and_no_value_is_shown(steward, world, provider):
    provider.answer = {"data": {"rows": [{"code": "110101", "name": "示例县"}]}}
    made = register(world, provider.url)
    own = f"/interfaces/{made.pk}/test"
    assert steward.post(own, {}).status_code == 422
    page = text(steward.post(own, {"code": "110101"}))
    assert "应答与声明一致" in page
    assert "示例县" not in page
    provider.status = 500
    page = text(steward.post(own, {"code": "110101"}))
    assert "应答与声明不一致" in page


def test_pause_and_resume(steward, world, provider):
    made = register(world, provider.url)
    own = f"/interfaces/{made.pk}"
    assert steward.post(f"{own}/pause", {"reason": "升级"}).status_code == 302
    assert "升级" in text(steward.get(own))
    assert steward.post(f"{own}/resume").status_code == 302
    made.refresh_from_db()
    assert made.state == "open"


def test_the_receiver_sees_how_to_call_and_what_is_left(world, provider):
    provider.answer = {"data": {"rows": []}}
    made = register(world, provider.url)
    world.grant(calls_per_day=50)
    call(made, world)
    asker = browser_of(world.people["asker"])
    page = text(asker.get(f"/interfaces/{made.pk}"))
    assert "1 / 50" in page
    assert provider.url not in page
    assert "/change" not in page
    assert asker.get(f"/interfaces/{made.pk}/change").status_code == 403
    assert asker.post(f"/interfaces/{made.pk}/test", {"code": "1"}).status_code == 403
    assert asker.post(f"/interfaces/{made.pk}/pause", {"reason": "x"}).status_code == 403
