"""What moves bytes in and out of the scene: connectors, sync jobs, webhooks, interfaces."""

from __future__ import annotations

from typing import Any

from exchange import places
from exchange.actions.files import open_link
from exchange.connections import seal_secrets
from exchange.models import Connector, Hook, Subscription, SyncJob, SyncRun
from exchange.places import Place
from tests.factories.exchange import World
from tests.factories.interfaces import GatewayKeyFactory, InterfaceFactory

REASON = {"reason": "理由"}


class Moving:
    """Rows of the owner, and the bodies of their endpoints."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.hook = Hook.objects.create(
            department=world.provider, url="https://oa.example/hooks", sealed=""
        )
        self.interface = InterfaceFactory(
            resource=world.resource, department=world.provider, system=world.publisher
        )
        self.gateway_key = GatewayKeyFactory(system=world.publisher, department=world.provider)
        self.connector = Connector.objects.create(
            department=world.provider,
            system=world.publisher,
            name="业务库",
            kind="postgres",
            options={"host": "10.0.0.1", "port": 5432, "database": "d", "user": "u"},
            sealed=seal_secrets({"password": "p"}),
        )
        self.job = SyncJob.objects.create(
            dataset=world.dataset,
            department=world.provider,
            connector=self.connector,
            name="汇聚",
            source="public.divisions",
        )
        self.lane = Subscription.objects.get(system=world.reader, mode="pull")
        reader = world.actor("reader")
        self.link, _ = open_link(self.lane, actor=reader, format="csv", minutes=60)
        self.run = SyncRun.objects.create(job=self.job, number=1, mode="full", trigger="hand")

    def ids(self) -> dict[str, Any]:
        """What stands in each route's place for an id, by the route's first word."""
        return {
            "hooks": self.hook.pk,
            "links": self.link,
            "interfaces": self.interface.pk,
            "gateway-keys": self.gateway_key.pk,
            "connectors": self.connector.pk,
            "sync-jobs": self.job.pk,
            "sync-runs": self.run.pk,
        }

    def bodies(self) -> dict[str, Any]:
        """A body that each endpoint takes, by its name."""
        system = str(self.world.publisher.pk)
        return {
            "hook-list POST": {"url": "https://10.0.0.1/hooks"},
            "hook-pause POST": REASON,
            "subscription-redeliver POST": {"number": 1},
            "interface-list POST": {
                "resource": str(self.world.resource.pk),
                "system": system,
                "name": "接口",
                "method": "GET",
                "url": "https://10.0.0.1/api",
            },
            "interface-detail PATCH": {"timeout_ms": 900},
            "interface-pause POST": REASON,
            "gateway-key-list POST": {"system": system, "dialect": "national"},
            "connector-list POST": {
                "system": system,
                "name": "另一库",
                "kind": "postgres",
                "options": {"host": "10.0.0.1", "database": "d", "user": "u"},
                "secrets": {"password": "p"},
            },
            "connector-detail PATCH": {"name": "改名"},
            "connector-describe POST": {"table": "public.people"},
            "connector-preview POST": {"table": "public.people"},
            "subscription-ack POST": {
                "cursor": places.sign(Place(), self.lane.grant, self.world.dataset)
            },
            "subscription-links POST": {"format": "csv"},
            "sync-job-list POST": {
                "dataset": str(self.world.dataset.pk),
                "connector": str(self.connector.pk),
                "name": "另一汇聚",
                "source": "public.divisions",
            },
            "sync-job-detail PATCH": {"schedule": "every 15m"},
            "sync-job-pause POST": REASON,
        }
