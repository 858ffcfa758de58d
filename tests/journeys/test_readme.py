"""The examples of the documents, run as they stand against a real platform."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.env import BASE_DIR
from exchange.models import Batch
from tests.factories.accounts import CredentialFactory
from tests.factories.exchange import make_world

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
ITEMS: list[dict[str, Any]] = [
    {"column": "code", "length": 6, "is_key": True, "is_required": True, "pattern": r"\d{6}"},
    {"column": "name", "length": 60, "is_required": True},
    {"column": "level", "length": 2, "codes": ["省级", "地级", "县级"]},
    {"column": "parent_code", "length": 6},
]
NAMES = [item["column"] for item in ITEMS]


def examples(document: str, heading: str) -> dict[str, str]:
    """language -> first example below the heading."""
    text = (BASE_DIR / document).read_text().partition(f"\n## {heading}\n")[2]
    section = re.split(r"^## ", text, flags=re.MULTILINE)[0]
    found = re.findall(r"^```(bash|python)\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return dict(reversed(found))


@pytest.fixture
def run(
    platform_env: Callable[..., dict[str, str]], start_web: Callable[..., Any], tmp_path: Path
) -> Callable[..., str]:
    """``run("bash", text, KEY=...)``: what the example prints; the test fails if it fails."""
    variables = platform_env()
    start_web(variables)
    url = f"{variables['PUBLIC_URL']}/api/v1"

    def run_example(language: str, text: str, **values: str) -> str:
        program = ["bash", "-eu"] if language == "bash" else [sys.executable, "-"]
        done = subprocess.run(
            program,
            input=text,
            text=True,
            capture_output=True,
            cwd=tmp_path,
            env={**variables, "SHUQIAO": url, **values},
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run_example


def test_the_readme_publishes_and_subscribes(run: Callable[..., str]) -> None:
    world = make_world(ITEMS)
    subscription = world.subscribe(grant=world.grant(NAMES))
    writer = {
        "KEY": CredentialFactory(system=world.publisher).secret,
        "DATASET": str(world.dataset.pk),
    }
    reader = {
        "KEY": CredentialFactory(system=world.reader).secret,
        "SUBSCRIPTION": str(subscription.pk),
    }
    publish, subscribe = examples("README.md", "Publish"), examples("README.md", "Subscribe")

    receipt = json.loads(run("bash", publish["bash"], **writer))
    assert (receipt["outcome"], receipt["batch"]["inserted"]) == ("published", 2)
    assert run("python", publish["python"], **writer).split() == ["2", "1", "1"]
    again = json.loads(run("bash", publish["bash"], **writer))
    assert again["batch"]["number"] == 1
    assert Batch.objects.count() == 2

    assert "x-next-cursor" in run("bash", subscribe["bash"], **reader).lower()
    assert run("python", subscribe["python"], **reader) == "['110000', '110102']\n"


def test_the_chinese_readme_shows_the_same_examples() -> None:
    english, chinese = "README.md", "README.zh.md"
    assert examples(english, "Publish")["bash"] == examples(chinese, "发布")["bash"]
    ours = re.sub(r"  #.*", "", examples(english, "Subscribe")["python"])
    assert ours == re.sub(r"  #.*", "", examples(chinese, "订阅")["python"])


def test_single_records_are_looked_up_as_the_guide_says(
    run: Callable[..., str],
    platform_env: Callable[..., dict[str, str]],
    start_worker: Callable[..., Any],
) -> None:
    world = make_world(ITEMS, is_queryable=True)
    world.grant(NAMES)
    start_worker(platform_env())
    dataset = str(world.dataset.pk)
    publish = examples("README.md", "Publish")
    key = CredentialFactory(system=world.publisher).secret
    for language in ("bash", "python"):
        run(language, publish[language], KEY=key, DATASET=dataset)
    example = examples("docs/howto/subscribe.md", "Single records")["bash"]
    key = CredentialFactory(system=world.reader).secret
    end = time.monotonic() + 30
    found = {"as_of": 0}
    while found["as_of"] < 2 and time.monotonic() < end:
        found = json.loads(run("bash", example, KEY=key, DATASET=dataset))
    assert found == {
        "items": [{"code": "110102", "name": "西城区", "level": "县级", "parent_code": None}],
        "as_of": 2,
    }
