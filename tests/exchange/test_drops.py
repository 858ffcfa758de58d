"""Files hold what their grant shows: the table first, then batch by batch, the manifest last."""

import csv
import hashlib
import io
import json
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.utils import timezone
from moto.server import ThreadedMotoServer
from s3fs import S3FileSystem

from accounts.actor import CLOCK
from accounts.models import Obligation
from exchange.actions.deliveries import deliver_due
from exchange.actions.redeliveries import redeliver_subscription, reload_subscription
from exchange.actions.subscriptions import open_subscription, restart_lanes
from exchange.dataplane.filesystems import fingerprint
from exchange.destinations import DROP_MARK
from exchange.errors import DestinationRefused
from exchange.models import Attempt, Delivery, GrantDay, Subscription, UseEntry
from kernel.failpoints import arm
from kernel.sealing import unseal
from tests.exchange.dataplane.connectors.servers import PASSWORD, USER, SftpServer
from tests.factories.exchange import row

FIRST = [row("110101", "甲区", level="2"), row("110102", "乙区")]
MASKS = {"name": {"kind": "partial", "form": "ends", "head": 1, "tail": 0}}


class Drop:
    """An SFTP server with a folder, and how to open a subscription that puts files there."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "incoming" / "divisions"
        self.server = SftpServer(root)
        self.url = f"sftp://{USER}@127.0.0.1:{self.server.port}/incoming/divisions"
        self.secrets = {"host_key": fingerprint(self.server.key), "password": PASSWORD}

    def open(self, world, grant=None, **how):
        told = {"url": self.url, "secrets": self.secrets, "file_format": "parquet"}
        return world.subscribe("file", grant, file_name="divisions", **(told | how))

    def names(self) -> list[str]:
        return sorted(p.name for p in self.folder.iterdir() if p.name != DROP_MARK)

    def manifest(self, name: str) -> dict:
        return json.loads((self.folder / name).read_text())

    def files(self) -> dict[str, bytes]:
        return {name: (self.folder / name).read_bytes() for name in self.names()}


@pytest.fixture
def drop(tmp_path, settings):
    root = tmp_path / "sftp"
    root.mkdir()
    made = Drop(root)
    address = f"127.0.0.1:{made.server.port}"
    settings.EGRESS_TEST_ADDRESSES = [*settings.EGRESS_TEST_ADDRESSES, address]
    yield made
    made.server.close()


def due():
    Subscription.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=1))
    return deliver_due(actor=CLOCK)


def test_the_table_comes_first_then_each_batch_with_its_manifest(world, drop, trail):
    world.publish(FIRST)
    lane = drop.open(world)
    assert deliver_due(actor=CLOCK) == 1
    world.publish([row("110103", "丙区")], "changes")
    assert due() == 1
    lane.refresh_from_db()
    table = f"divisions-000001-table-{lane.shown_digest[:8]}"
    assert drop.names() == sorted(
        [f"{table}.json", f"{table}.parquet", "divisions-000002.json", "divisions-000002.parquet"]
    )
    told = drop.manifest("divisions-000002.json")
    data = (drop.folder / told["file"]).read_bytes()
    assert (told["number"], told["previous"], told["kind"], told["rows"]) == (2, 1, "changes", 1)
    assert told["sha256"] == hashlib.sha256(data).hexdigest()
    assert told["size"] == len(data)
    assert [column["name"] for column in told["columns"][:3]] == ["_op", "_seq", "code"]
    assert drop.manifest(f"{table}.json")["previous"] is None
    rows = pq.read_table(drop.folder / f"{table}.parquet").to_pylist()
    assert [(each["code"], each["name"]) for each in rows] == [
        ("110101", "甲区"),
        ("110102", "乙区"),
    ]
    assert "contact" not in rows[0]
    lines = UseEntry.objects.order_by("pk").values_list("channel", "first_number", "rows")
    assert list(lines) == [("file", None, 2), ("file", 2, 1)]
    assert GrantDay.objects.values_list("calls", "rows").get() == (2, 3)
    assert Obligation.objects.get(kind="C5").state == "met"
    assert trail().count("delivery.completed") == 2
    assert list(Delivery.objects.order_by("number").values_list("is_table", flat=True)) == [
        True,
        False,
    ]


@pytest.mark.parametrize("place", ["drop.after_stage", "drop.before_manifest"])
def test_what_breaks_off_is_put_again_with_the_same_bytes_and_counted_once(world, drop, place):
    world.publish(FIRST)
    drop.open(world)
    deliver_due(actor=CLOCK)
    world.publish([row("110103", "丙区")], "changes")
    arm(f"{place}:error")
    assert due() == 0
    assert "divisions-000002.json" not in drop.names()
    before = drop.files()
    assert due() == 1
    after = drop.files()
    assert all(after[name] == data for name, data in before.items() if not name.startswith("."))
    assert not [name for name in after if name.startswith(".")]
    assert GrantDay.objects.values_list("calls", "rows").get() == (2, 3)


def test_a_new_edition_puts_the_table_down_anew_under_another_name(world, drop):
    world.publish(FIRST)
    lane = drop.open(world)
    deliver_due(actor=CLOCK)
    lane.grant.change(edition=2, masks=MASKS)
    restart_lanes(lane.grant, actor=world.actor("head"))
    due()
    lane.refresh_from_db()
    tables = [name for name in drop.names() if name.endswith(".parquet")]
    assert len(tables) == 2
    new = f"divisions-000001-table-{lane.shown_digest[:8]}.parquet"
    rows = pq.read_table(drop.folder / new).to_pylist()
    assert [each["name"] for each in rows] == ["甲*", "乙*"]


def test_what_is_asked_for_again_has_the_same_name_and_bytes(world, drop):
    world.publish(FIRST)
    lane = drop.open(world)
    deliver_due(actor=CLOCK)
    world.publish([row("110103", "丙区")], "changes")
    due()
    before = drop.files()
    for file in drop.folder.iterdir():
        file.unlink()
    redeliver_subscription(lane, actor=world.actor("asker"), since=1)
    assert deliver_due(actor=CLOCK) == 2
    assert drop.files() == before
    assert Attempt.objects.filter(is_repeat=True, ok=True).count() == 2
    lane.refresh_from_db()
    assert (lane.position, lane.redeliver_next) == (2, None)
    assert GrantDay.objects.values_list("calls", "rows").get() == (4, 6)


def test_a_reload_puts_the_whole_table_down(world, drop):
    world.publish(FIRST)
    lane = drop.open(world)
    deliver_due(actor=CLOCK)
    world.publish([row("110103", "丙区")], "changes")
    due()
    reload_subscription(lane, actor=world.actor("asker"))
    deliver_due(actor=CLOCK)
    lane.refresh_from_db()
    name = f"divisions-000002-table-{lane.shown_digest[:8]}.parquet"
    assert pq.read_table(drop.folder / name).num_rows == 3


@pytest.mark.parametrize("format", ["csv", "ndjson"])
def test_files_may_be_csv_or_ndjson(world, drop, format):
    world.publish(FIRST)
    drop.open(world, file_format=format)
    deliver_due(actor=CLOCK)
    world.publish([{"code": "110102", "_op": "delete"}, row("110103", "丙区")], "changes")
    due()
    text = (drop.folder / f"divisions-000002.{format}").read_text()
    if format == "csv":
        rows = list(csv.DictReader(io.StringIO(text)))
    else:
        rows = [json.loads(line) for line in text.splitlines()]
    assert [(each["_op"], each["code"]) for each in rows] == [
        ("delete", "110102"),
        ("upsert", "110103"),
    ]


def test_a_used_up_quota_puts_nothing_down(world, drop):
    world.publish(FIRST)
    lane = drop.open(world, world.grant(rows_per_day=2))
    deliver_due(actor=CLOCK)
    world.publish([row("110103")], "changes")
    assert due() == 0
    assert len(drop.names()) == 2
    lane.refresh_from_db()
    assert (lane.state, lane.attempts, lane.position) == ("active", 0, 1)
    assert lane.next_attempt_at > timezone.now()


def test_a_servers_other_key_is_refused_before_anything_is_stored(world, drop, unchanged):
    grant = world.grant()
    secrets = drop.secrets | {"host_key": "SHA256:" + "x" * 43}
    with unchanged(), pytest.raises(DestinationRefused) as refused:
        drop.open(world, grant, secrets=secrets)
    error = refused.value.facts["errors"][0]
    assert (error["pointer"], error["code"]) == ("#/secrets", "host-key-mismatch")
    assert PASSWORD not in str(error)


def test_credentials_are_kept_sealed(world, drop):
    lane = drop.open(world)
    assert PASSWORD not in lane.sealed
    assert json.loads(unseal(lane.sealed))["password"] == PASSWORD


@pytest.mark.parametrize(
    "url",
    [
        "sftp://hub:secret@files.tax.example/in",
        "sftp://files.tax.example/in",
        "sftp://hub@files.tax.example/../etc",
        "file:///etc",
        "s3://hub@bucket/in",
    ],
)
def test_an_address_of_another_form_is_refused(world, drop, unchanged, url):
    grant = world.grant()
    with unchanged(), pytest.raises(DestinationRefused):
        open_subscription(
            grant,
            actor=world.actor("asker"),
            mode="file",
            url=url,
            secrets=drop.secrets,
            file_format="csv",
        )


@pytest.fixture
def bucket(settings):
    """S3-style storage with an empty bucket: its login, and a file system to look into it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    settings.EGRESS_TEST_ADDRESSES = [*settings.EGRESS_TEST_ADDRESSES, f"127.0.0.1:{port}"]
    login = {"endpoint": f"http://127.0.0.1:{port}", "access_key": "a", "secret_key": "s"}
    files = S3FileSystem(
        endpoint_url=login["endpoint"], key="a", secret="s", skip_instance_cache=True
    )
    files.mkdir("drops")
    yield login, files
    server.stop()


def test_a_bucket_takes_files_too(world, drop, bucket):
    login, files = bucket
    world.publish(FIRST)
    drop.open(world, url="s3://drops/divisions", secrets=login)
    assert deliver_due(actor=CLOCK) == 1
    world.publish([row("110103", "丙区")], "changes")
    assert due() == 1
    files.invalidate_cache()
    names = sorted(name.rpartition("/")[2] for name in files.ls("drops/divisions"))
    assert "divisions-000002.json" in names
    told = json.loads(files.cat("drops/divisions/divisions-000002.json"))
    assert (
        told["sha256"] == hashlib.sha256(files.cat(f"drops/divisions/{told['file']}")).hexdigest()
    )
