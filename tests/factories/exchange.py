"""An exchange in being: a provider with a dataset, a requester with a grant, by actions."""

import csv
import hashlib
import io
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from accounts.actor import Actor
from accounts.models import Department, InformationSystem, Member
from catalog.models import Resource
from catalog.versions import item_values
from exchange.actions.answers import (
    consent_request,
    prepare_answer,
    receive_request,
    return_answer,
)
from exchange.actions.batches import Body, Published, publish_batch
from exchange.actions.datasets import attach_dataset
from exchange.actions.requests import agree_request, submit_request
from exchange.actions.services import announce_change, reply_change
from exchange.actions.subscriptions import open_subscription
from exchange.models import Dataset, Grant, ServiceChange, SharingRequest, Subscription
from tests.factories.accounts import DepartmentFactory, SystemFactory
from tests.factories.catalog import entry_with_items, published_resource
from tests.people import actor_for, member_with

ITEMS: list[dict[str, Any]] = [
    {"column": "code", "length": 6, "is_key": True, "is_required": True, "pattern": r"\d{6}"},
    {"column": "name", "length": 60, "is_required": True},
    {"column": "level", "length": 1, "codes": ["1", "2", "3"]},
    {"column": "area", "data_type": "N", "length": 12, "scale": 2},
    {"column": "revised_on", "data_type": "D"},
    {"column": "contact", "length": 20, "sensitivity": "personal"},
]
EVENT_ITEMS: list[dict[str, Any]] = [
    {"column": "happened_at", "data_type": "T", "is_required": True},
    {"column": "place", "length": 20},
]
# All items but the one that is not granted.
GRANTED = ["code", "name", "level", "area", "revised_on"]
SECRET = "13800000000"
PURPOSE = "tax-registration"
REFUSAL = {
    "ground": "beyond_duty",
    "reason": "超出职责范围",
    "basis": "《政务数据共享条例》第二十一条",
}
# Terms that only a consent sets, and bounds that world.grant lets the provider set.
CONSENTED = ("masks", "condition", "networks", "calls_per_day", "rows_per_day")


def row(code: str, name: str = "示例县", **values: Any) -> dict[str, Any]:
    """One record of the division codes."""
    whole = {"level": "3", "area": "120.50", "revised_on": "2014-01-31", "contact": SECRET}
    return {"code": code, "name": name, **whole, **values}


def shown(record: dict[str, Any]) -> dict[str, Any]:
    """The record as the grant of GRANTED shows it."""
    return {name: record[name] for name in GRANTED}


def ndjson(rows: Sequence[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(r, ensure_ascii=False).encode() + b"\n" for r in rows)


def csv_bytes(rows: Sequence[dict[str, Any]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def body_of(
    data: bytes,
    kind: str = "snapshot",
    format: str = "ndjson",
    key: str = "",
    encoding: str = "utf-8",
) -> Body:
    """The bytes on the disk, as a door leaves them."""
    with tempfile.NamedTemporaryFile(prefix="body-", delete=False) as file:
        file.write(data)
    digest = hashlib.sha256(data).hexdigest()
    return Body(Path(file.name), digest, kind, format, encoding, key)  # type: ignore[arg-type]


@dataclass
class World:
    """Civil affairs provides division codes; a tax bureau has been granted all but the contact."""

    provider: Department
    requester: Department
    resource: Resource
    publisher: InformationSystem
    reader: InformationSystem
    dataset: Dataset
    people: dict[str, Member] = field(default_factory=dict)

    def actor(self, who: str) -> Actor:
        """``publisher``, ``reader`` or one of ``people``: steward, head, asker, asker_head."""
        systems = {"publisher": self.publisher, "reader": self.reader}
        return actor_for(systems.get(who) or self.people[who])

    def publish(
        self, rows: Sequence[dict[str, Any]], kind: str = "snapshot", key: str = ""
    ) -> Published:
        """Publish records as NDJSON by the dataset's system."""
        return self.publish_bytes(ndjson(rows), kind, key=key)

    def publish_bytes(self, data: bytes, kind: str = "snapshot", **how: Any) -> Published:
        """Publish these bytes by the dataset's system; ``how`` as in body_of."""
        body = body_of(data, kind, **how)
        try:
            fresh = Dataset.objects.select_related("schema").get(pk=self.dataset.pk)
            return publish_batch(fresh, actor=self.actor("publisher"), body=body)
        finally:
            body.path.unlink()

    def submit(self, items: Sequence[str] = GRANTED, **changes: Any) -> SharingRequest:
        """The requester's steward asks for the items."""
        asked = {
            "modes": ["interface", "database"],
            "basis": "《税收征收管理法实施细则》第十二条",
            "scenario": "核对纳税人注册地行政区划",
            "scope": "全省税务登记业务",
            "purposes": [PURPOSE],
            "ends_on": timezone.localdate() + timedelta(days=365),
        }
        return submit_request(
            self.resource,
            **{
                "actor": self.actor("asker"),
                "system": self.reader,
                "items": list(items),
                **asked,
                **changes,
            },
        )

    def grant(self, items: Sequence[str] = GRANTED, **changes: Any) -> Grant:
        """From the request to the grant, by four people.

        ``changes`` are the request's statements; those that only a provider sets, as masks,
        condition and bounds, go into the consent.
        """
        terms = {name: changes.pop(name) for name in CONSENTED if name in changes}
        request = agree_request(self.submit(items, **changes), actor=self.actor("asker_head"))
        if request.state == "agreed" or terms:
            self.prepare(request, **terms)
        return consent_request(request, actor=self.actor("head"))

    def prepare(self, request: SharingRequest, **terms: Any) -> SharingRequest:
        """The provider's steward prepares a consent; what is left out is left out for a reason."""
        if request.state == "agreed":
            receive_request(request, actor=self.actor("steward"))
        elif request.state == "prepared":
            return_answer(request, actor=self.actor("head"), reason="另行答复")
        left = sorted(set(request.items) - set(terms.get("items", request.items)))
        return prepare_answer(
            request,
            actor=self.actor("steward"),
            consent=True,
            left_out=dict.fromkeys(left, "与所述职责无关"),
            **terms,
        )

    def refusal(self, request: SharingRequest, **said: str) -> SharingRequest:
        """The provider's steward prepares a refusal."""
        if request.state == "agreed":
            receive_request(request, actor=self.actor("steward"))
        elif request.state == "prepared":
            return_answer(request, actor=self.actor("head"), reason="另行答复")
        return prepare_answer(
            request, actor=self.actor("steward"), consent=False, **(REFUSAL | said)
        )

    def subscribe(self, mode: str = "pull", grant: Grant | None = None, **how: Any) -> Subscription:
        """A subscription to the grant (a new one if none is named), without its secret."""
        found = grant or self.grant()
        made, _ = open_subscription(found, actor=self.actor("asker"), mode=mode, **how)
        return made

    def clear(self, kind: str) -> ServiceChange:
        """The provider announces a stop or change for today, and the requester agrees."""
        change = announce_change(
            self.dataset,
            actor=self.actor("head"),
            kind=kind,
            reason="职能调整",
            effective_on=timezone.localdate(),
        )
        reply_change(change, actor=self.actor("asker_head"), agrees=True)
        return change

    def edition(self, **changes: dict[str, Any]) -> None:
        """Put a next version of the catalogue entry in force; keywords change items by column."""
        old = self.resource.published
        assert old is not None
        old.state = "superseded"
        old.save(update_fields=["state"])
        kept = [item_values(item) | changes.pop(item.column, {}) for item in old.items.all()]
        added = [{"column": column, "name": column, **values} for column, values in changes.items()]
        new = entry_with_items(
            [*kept, *added],
            resource=self.resource,
            state="published",
            number=old.number + 1,
            share_type=old.share_type,
            published_at=timezone.now(),
        )
        self.resource.change(published=new)


def make_world(items: Sequence[dict[str, Any]] = ITEMS, **options: Any) -> World:
    """A published resource with its dataset; ``options`` are attach_dataset's."""
    provider, requester = DepartmentFactory(), DepartmentFactory()
    people = {
        "steward": member_with(("steward",), provider),
        "head": member_with(("head",), provider),
        "asker": member_with(("steward",), requester),
        "asker_head": member_with(("head",), requester),
    }
    resource = published_resource(provider, items)
    publisher, reader = SystemFactory(department=provider), SystemFactory(department=requester)
    dataset = attach_dataset(
        resource, actor=actor_for(people["steward"]), system=publisher, **options
    )
    return World(provider, requester, resource, publisher, reader, dataset, people)


def make_events(**options: Any) -> World:
    """A dataset of events, which have no key."""
    return make_world(EVENT_ITEMS, kind="events", **options)
