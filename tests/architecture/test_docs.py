"""The documents say what is so: links, generated pages, tables, examples that can be read."""

import re
import subprocess
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from config.env import BASE_DIR
from config.reference import pages, refusals
from exchange.dataplane.webhooks import SCHEDULE
from kernel.problems import refusal

DOCUMENTS = sorted([*BASE_DIR.glob("*.md"), *(BASE_DIR / "docs").rglob("*.md")])
UNITS = {"s": 1, "min": 60, "h": 3600}


def name_of(file: Path) -> str:
    return str(file.relative_to(BASE_DIR))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_lead_to_files_that_are_there(document: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", document.read_text())
    local = [target for target in targets if "://" not in target]
    missing = [
        target for target in local if not (document.parent / target.partition("#")[0]).exists()
    ]
    assert missing == []


def test_every_page_of_the_documentation_can_be_reached_from_the_readme() -> None:
    waiting, seen = [BASE_DIR / "README.md"], set()
    while waiting:
        page = waiting.pop().resolve()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        links = re.findall(r"\]\(([^)\s#]+)", page.read_text())
        waiting += [page.parent / link for link in links if "://" not in link]
    assert {name_of(page) for page in DOCUMENTS} == {name_of(page) for page in seen}


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_generated_pages_are_as_the_code_makes_them(page: Path) -> None:
    assert page.read_text() == pages()[page], "run: python manage.py reference"


def test_every_refusal_has_a_code_of_its_own_and_a_status() -> None:
    kinds = refusals()
    codes = [kind.code for kind in kinds]
    assert sorted(set(codes)) == sorted(codes)
    assert all(400 <= refusal(kind()).status < 600 for kind in kinds)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())
    groups = [project["project"]["dependencies"], *project["dependency-groups"].values()]
    wanted = [re.split(r"[\[=~>< ]", line)[0] for group in groups for line in group]
    record = (BASE_DIR / "docs/decisions/0002-dependencies.md").read_text()
    reasons = re.findall(r"^\| `([^`]+)` \| \S.*\S \|$", record, re.MULTILINE)
    assert sorted(reasons) == sorted(wanted)


def test_the_retry_table_is_the_schedule() -> None:
    text = (BASE_DIR / "docs/operations/delivery.md").read_text()
    rows = re.findall(r"^\| (\d+) \| (\d+) (s|min|h) \|$", text, re.MULTILINE)
    assert [int(number) for number, _, _ in rows] == list(range(1, len(SCHEDULE) + 1))
    assert tuple(int(wait) * UNITS[unit] for _, wait, unit in rows) == SCHEDULE


def test_every_decision_is_listed_in_the_first_record() -> None:
    folder = BASE_DIR / "docs" / "decisions"
    listed = set(
        re.findall(r"\]\((\d{4}-[a-z-]+\.md)\)", (folder / "0001-record-decisions.md").read_text())
    )
    assert listed == {file.name for file in folder.glob("*.md")} - {"0001-record-decisions.md"}


def test_the_glossary_names_rows_that_exist() -> None:
    text = (BASE_DIR / "docs/glossary.md").read_text()
    named = re.findall(r"`(accounts|catalog|exchange)\.([A-Z]\w+)`", text)
    absent = [
        f"{app}.{row}" for app, row in named if not hasattr(import_module(f"{app}.models"), row)
    ]
    assert named
    assert absent == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_examples_are_whole(document: Path) -> None:
    blocks = re.findall(r"^```(\w+)\n(.*?)^```", document.read_text(), re.MULTILINE | re.DOTALL)
    for language, block in blocks:
        if language == "python":
            compile(block, name_of(document), "exec")
        if language == "bash":
            subprocess.run(["bash", "-n"], input=block, text=True, check=True)


def test_the_folders_of_the_readme_are_the_folders() -> None:
    block = re.search(
        r"^```text\n(accounts/.*?)^```", (BASE_DIR / "README.md").read_text(), re.M | re.S
    )
    assert block is not None
    named = {line.split("/")[0] for line in block[1].splitlines() if not line.startswith(" ")}
    hidden = {"var", "bench"}
    real = {
        path.name
        for path in BASE_DIR.iterdir()
        if path.is_dir() and path.name[0] not in "._" and path.name not in hidden
    }
    assert named == real
