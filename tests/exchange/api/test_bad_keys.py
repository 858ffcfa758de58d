"""Keys that do not count: 401 at reading and writing, nothing stored."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Credential, InformationSystem
from tests.factories.exchange import ndjson, row
from tests.people import client_for
from tests.problems import refused

NDJSON = "application/x-ndjson"
GOOD = ndjson([row("110101")])


@pytest.fixture
def key_of(world):
    """The credential behind a fresh client of the publishing system."""
    client = client_for(world.publisher)
    return client, Credential.objects.get(system=world.publisher)


def expire(credential):
    credential.change(expires_at=timezone.now() - timedelta(seconds=1))


def revoke(credential):
    credential.change(revoked_at=timezone.now())


def suspend(credential):
    InformationSystem.objects.filter(pk=credential.system_id).update(state="suspended")


def retire(credential):
    InformationSystem.objects.filter(pk=credential.system_id).update(state="retired")


@pytest.mark.parametrize(
    ("deed", "place"),
    [(expire, "expired"), (revoke, "revoked"), (suspend, "suspended"), (retire, "retired")],
)
def test_a_key_that_no_longer_counts_opens_no_door(world, key_of, unchanged, deed, place):
    client, credential = key_of
    deed(credential)
    with unchanged():
        answers = [
            client.get("/api/v1/datasets"),
            client.post(
                f"/api/v1/datasets/{world.dataset.pk}/batches?kind=snapshot",
                data=GOOD,
                content_type=NDJSON,
            ),
        ]
    for answer in answers:
        assert refused(answer, 401, place)["code"] == "unauthenticated"
        assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer sqk_0123456789_AAAA",
        "Bearer sqk_",
        "Bearer sqs_AAAA",
        "Bearer sqk_" + "a" * 10_000,
        "Bearer sqk_\x7f\xe9_x",
        "Basic YTpi",
        "sqk_0123456789_AAAA",
    ],
)
def test_a_wrong_key_opens_no_door(world, api, unchanged, authorization):
    headers = {"Authorization": authorization} if authorization else {}
    with unchanged():
        answers = [
            api().get("/api/v1/datasets", headers=headers),
            api().post(
                f"/api/v1/datasets/{world.dataset.pk}/batches?kind=snapshot",
                data=b"{broken",
                content_type=NDJSON,
                headers=headers,
            ),
        ]
    for answer in answers:
        refused(answer, 401)
