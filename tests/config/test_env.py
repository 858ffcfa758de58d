import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env

PAGE = Path(env.BASE_DIR / "docs" / "reference" / "settings.md")


def documented(section: int) -> dict[str, str]:
    """Variable -> the whole row, of the page's first or second table."""
    part = PAGE.read_text().split("\n## ")[section]
    return {m[1]: m[0] for m in re.finditer(r"^\| `([A-Z_]+)` \|.*$", part, re.MULTILINE)}


def test_every_variable_is_documented_and_nothing_else():
    assert set(documented(0)) == set(env.DEFAULTS)


@pytest.mark.parametrize("name", sorted(env.DEFAULTS))
def test_the_documented_default_is_the_real_one(name):
    default = env.DEFAULTS[name]
    if default in ("", []):
        return
    if isinstance(default, list):
        told = documented(0)[name].split("|")[3].replace("`", "").replace(", ", ",")
        assert ",".join(default) in told
        return
    if isinstance(default, Path):
        default = default.relative_to(env.BASE_DIR)
    shown = (
        {True: "true", False: "false"}.get(default, str(default))
        if isinstance(default, bool)
        else str(default)
    )
    assert f"`{shown}`" in documented(0)[name].split("|")[3]


# Reads the one variable that its own command line names, which is no setting.
PASSWORD_READER = "accounts/management/commands/first_operator.py"


def test_only_env_reads_the_environment():
    readers = {
        str(path.relative_to(env.BASE_DIR))
        for app in ("kernel", "accounts", "catalog", "exchange", "config")
        for path in (env.BASE_DIR / app).rglob("*.py")
        if re.search(r"\bos\.(environ|getenv)\b", path.read_text())
    }
    assert readers == {"config/env.py", PASSWORD_READER}


@pytest.mark.parametrize(
    ("word", "value"), [("1", True), ("Yes", True), ("on", True), ("0", False), (" off ", False)]
)
def test_a_flag_is_a_word_for_yes_or_no(monkeypatch, word, value):
    monkeypatch.setenv("DEBUG", word)
    assert env.flag("DEBUG") is value


@pytest.mark.parametrize(
    ("read", "name", "value"),
    [
        (env.flag, "DEBUG", "perhaps"),
        (env.number, "MAX_BODY_BYTES", "2GB"),
        (env.number, "MAX_BODY_BYTES", "-1"),
        (env.database, "DATABASE_URL", "sqlite:///x.db"),
        (env.database, "DATABASE_URL", "postgresql://u:p@host:port/db"),
        (env.database, "DATABASE_URL", "postgresql://u:p@host:5432/"),
        (lambda name: env.one_of(name, "console", "json"), "LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_value_is_refused_by_the_variables_name(monkeypatch, read, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=name):
        read(name)


def test_a_hash_function_that_openssl_lacks_is_refused_at_the_start(monkeypatch):
    monkeypatch.setenv("EVIDENCE_ALGORITHM", "sm3")
    assert env.hash_function("EVIDENCE_ALGORITHM", "sha256", "sm3") == "sm3"
    monkeypatch.setattr(env.hashlib, "algorithms_available", {"sha256"})
    with pytest.raises(ImproperlyConfigured, match=r"EVIDENCE_ALGORITHM is sm3, which the OpenSSL"):
        env.hash_function("EVIDENCE_ALGORITHM", "sha256", "sm3")


def test_a_refusal_does_not_repeat_the_database_password(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://user:hunter2hunter2@host:3306/db")
    with pytest.raises(ImproperlyConfigured) as refusal:
        env.database("DATABASE_URL")
    assert "hunter2" not in str(refusal.value)


def test_lists_are_trimmed_and_empty_values_are_the_default(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", " a.example , ,b.example")
    monkeypatch.setenv("MAX_BODY_BYTES", "")
    assert env.many("ALLOWED_HOSTS") == ["a.example", "b.example"]
    assert env.number("MAX_BODY_BYTES") == 2 * 1024**3


def test_a_relative_path_is_taken_from_the_project(monkeypatch):
    monkeypatch.setenv("STORE_DIR", "elsewhere/store")
    assert env.path("STORE_DIR") == env.BASE_DIR / "elsewhere" / "store"


def test_a_file_gives_only_what_the_environment_does_not_name(monkeypatch, tmp_path):
    file = tmp_path / "environment"
    file.write_text("LOG_FORMAT=json\nMETRICS_TOKEN=from-the-file\n")
    monkeypatch.setenv("METRICS_TOKEN", "from-the-environment")
    # Set and removed, so that what the file adds is undone after the test.
    monkeypatch.setenv("LOG_FORMAT", "")
    monkeypatch.delenv("LOG_FORMAT")
    env.read_file(file)
    assert env.text("LOG_FORMAT") == "json"
    assert env.text("METRICS_TOKEN") == "from-the-environment"


def test_acting_as_owner_takes_the_owners_address_and_no_time_limit(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:a@h:1/d")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner:o@h:1/d")
    monkeypatch.setenv("DATABASE_STATEMENT_TIMEOUT", "60")
    env.act_as_owner()
    assert env.database("DATABASE_URL")["USER"] == "owner"
    assert env.number("DATABASE_STATEMENT_TIMEOUT") == 0
