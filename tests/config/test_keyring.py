"""What is sealed with which key is told, and moves to the first key without a stored byte."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command

from accounts.models import AuditEvent
from catalog.models import Entry
from config import checkup
from config.keyring import look, rotate, sealed_columns
from exchange.actions.scrubs import scrub_blobs
from exchange.models import DataKey, Grant, Subscription
from exchange.storage import store
from kernel.sealing import fingerprint, fingerprints, seal, unseal
from tests.exchanges import store_dir, world
from tests.factories.exchange import row

__all__ = ["store_dir", "world"]

pytestmark = pytest.mark.django_db

DSN = "postgresql://hub:hunter2@db.tax.example/exchange"


@pytest.fixture
def lived(world, settings):
    """Graded data, a grant and a sink's address, all sealed with the old key."""
    Entry.objects.filter(resource=world.resource).update(data_grade="core")
    grant = world.grant()
    lane = world.subscribe(grant=grant)
    Subscription.objects.filter(pk=lane.pk).update(sealed=seal(DSN))
    # As an earlier version sealed.
    token = Fernet(settings.SEALING_KEYS[0]).encrypt(b"00ff").decode()
    Grant.objects.filter(pk=grant.pk).update(sealed_salt=token)
    world.publish([row("110101")])
    return world


def stored() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store().root.rglob("*") if path.is_file()}


def test_every_column_that_holds_something_sealed_is_known_by_its_name():
    known = {f"{model.__name__}.{column}" for model, column in sealed_columns()}
    assert known >= {
        "Connector.sealed",
        "Credential.sealed_secret",
        "DataKey.sealed",
        "Dataset.sealed_subject_key",
        "GatewayKey.sealed_key",
        "GatewayKey.sealed_secret",
        "Grant.sealed_salt",
        "Hook.sealed",
        "Hook.sealed_before",
        "SecondFactor.sealed",
        "ServiceInterface.sealed",
        "Subscription.sealed",
        "Subscription.sealed_before",
    }


def test_a_rotation_seals_all_anew_with_the_first_key_and_rewrites_no_stored_byte(lived, settings):
    old, new = settings.SEALING_KEYS[0], Fernet.generate_key().decode()
    before, files = look().by_key[fingerprint(old)].total(), stored()
    settings.SEALING_KEYS = [new, old]
    assert rotate() == (before, 0)
    settings.SEALING_KEYS = [new]
    held = look()
    assert set(held.by_key) == {fingerprint(new)}
    assert (held.closed, held.outdated, held.files_sealed, held.files_plain) == ({}, 0, 1, 0)
    assert unseal(Subscription.objects.get().sealed) == DSN
    assert unseal(Grant.objects.get().sealed_salt) == "00ff"
    assert stored() == files
    assert scrub_blobs(actor=lived.actor("steward")) == 0
    assert AuditEvent.objects.filter(verb="secret.resealed", subject_type="datakey").count() == 1
    assert rotate() == (0, 0)


def test_what_no_key_opens_is_named_stays_and_fails_the_check_up(lived, settings):
    lost = settings.SEALING_KEYS[0]
    settings.SEALING_KEYS = [Fernet.generate_key().decode()]
    held = look()
    assert held.closed["exchange.DataKey.sealed"] == {fingerprint(lost)}
    assert held.closed["exchange.Grant.sealed_salt"] == {""}
    kept = DataKey.objects.get().sealed
    assert rotate()[0] == 0
    assert DataKey.objects.get().sealed == kept
    first = next(iter(checkup.sealing()))
    assert (first.level, fingerprint(lost) in first.detail) == ("fail", True)
    assert lost not in first.detail


def test_the_check_up_asks_for_a_rotation(lived, settings):
    assert [each.level for each in checkup.sealing()] == ["ok", "warn"]  # the token of before
    rotate()
    assert [each.level for each in checkup.sealing()] == ["ok", "ok"]


def test_the_command_tells_keys_by_fingerprint_and_exits_1_for_a_lost_one(lived, settings, capsys):
    call_command("keys", "status")
    told = capsys.readouterr().out
    assert f"{fingerprints()[0]}  first" in told
    assert "1 in exchange.Subscription.sealed" in told
    assert "files of graded data: 1 sealed, 0 not yet" in told
    old = settings.SEALING_KEYS[0]
    settings.SEALING_KEYS = [Fernet.generate_key().decode(), old]
    call_command("keys", "rotate")
    told = capsys.readouterr().out
    assert f"{fingerprint(old)}  old     0 values" in told
    assert "may be dropped" in told
    settings.SEALING_KEYS = [old]
    with pytest.raises(SystemExit) as ended:
        call_command("keys", "status")
    told = capsys.readouterr().out
    assert (ended.value.code, "MISSING" in told) == (1, True)
    assert old not in told
