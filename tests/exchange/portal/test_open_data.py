"""Open data as files: for everybody, of the columns that may be known, of what is open alone."""

import pytest
from django.core.cache import cache

from catalog.models import Entry, Item
from tests.factories.exchange import make_world, row
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_count():
    cache.clear()


@pytest.fixture
def world(settings, tmp_path, official_calendar):
    settings.STORE_DIR = tmp_path / "store"
    made = make_world()
    made.publish([row("110101"), row("110102")])
    Entry.objects.filter(pk=made.resource.published_id).update(open_to_public=True)
    return made


def body(answer):
    return b"".join(answer.streaming_content).decode()


def test_everybody_takes_the_table_of_an_open_entry_away(world, client):
    page = text(client.get(f"/open/{world.resource.pk}"))
    address = f"/open/{world.resource.pk}/data.csv"
    assert f'href="{address}"' in page
    answer = client.get(address)
    lines = body(answer).splitlines()
    assert len(lines) == 3
    assert "110102" in lines[2]
    assert answer["Cache-Control"] == "public, max-age=300"
    again = client.get(address, headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304


def test_columns_of_persons_and_withheld_ones_stay_out(world, client):
    named = Item.objects.filter(entry=world.resource.published_id).exclude(is_key=True)
    withheld = named.order_by("position").first()
    Item.objects.filter(pk=withheld.pk).update(sensitivity="personal")
    head = body(client.get(f"/open/{world.resource.pk}/data.csv")).splitlines()[0]
    assert withheld.column not in head
    Item.objects.filter(pk=withheld.pk).update(sensitivity="none", share_type="not_shared")
    cache.clear()
    head = body(client.get(f"/open/{world.resource.pk}/data.csv")).splitlines()[0]
    assert withheld.column not in head


def test_what_is_not_open_has_no_file(world, client):
    Entry.objects.filter(pk=world.resource.published_id).update(open_to_public=False)
    assert client.get(f"/open/{world.resource.pk}/data.csv").status_code == 404
    Entry.objects.filter(pk=world.resource.published_id).update(open_to_public=True)
    assert client.get(f"/open/{world.resource.pk}/data.exe").status_code == 404


def test_an_entrys_page_shows_its_data_and_their_use(world):
    owner = browser_of(member_with(("steward",), world.provider))
    page = text(owner.get(f"/resources/{world.resource.pk}?tab=data"))
    assert f"/datasets/{world.dataset.pk}" in page
    stranger = browser_of(member_with(("steward",), None))
    seen = text(stranger.get(f"/resources/{world.resource.pk}?tab=data"))
    assert f"/datasets/{world.dataset.pk}" not in seen
    assert f"/requests/new?resource={world.resource.pk}" in seen
