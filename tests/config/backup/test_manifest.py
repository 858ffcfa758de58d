"""A folder is a backup only if everything in it is as it was written."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from config.backup import manifest
from config.backup.manifest import BadBackup, Manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "database.dump").write_bytes(b"rows")
    files = {"database.dump": manifest.digest_of(tmp_path / "database.dump")}
    made = Manifest("2026-11-22T00:00:00+00:00", "18.6", files, 0, 0, sealing_keys=["0" * 16])
    manifest.write(made, tmp_path)
    return tmp_path


def test_what_was_written_is_read(folder):
    assert manifest.read(folder).sealing_keys == ["0" * 16]


def test_a_changed_file_is_named(folder):
    (folder / "database.dump").write_bytes(b"rowz")
    with pytest.raises(BadBackup, match=r"database\.dump is missing or not as it was written"):
        manifest.read(folder)


def test_a_folder_without_a_manifest_is_no_backup(tmp_path):
    with pytest.raises(BadBackup, match="name the folder of one backup"):
        manifest.read(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}'])
def test_a_manifest_that_cannot_be_read_is_refused(folder, text):
    (folder / manifest.FILE).write_text(text)
    with pytest.raises(BadBackup):
        manifest.read(folder)


def test_a_backup_of_another_format_is_refused(folder):
    file = folder / manifest.FILE
    file.write_text(file.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(BadBackup, match="format 2"):
        manifest.read(folder)


def test_fingerprints_tell_keys_apart_and_nothing_of_them(settings):
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    settings.SEALING_KEYS = keys
    one, other = manifest.fingerprints()
    assert one != other
    assert not any(mark in key for mark in (one, other) for key in keys)
