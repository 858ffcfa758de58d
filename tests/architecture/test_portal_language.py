"""Every page speaks the reader's language: no English left on Chinese pages and the reverse, but
names and data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as configured
from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Credential
from catalog.models import Item
from catalog.vocabulary import FORMAT_TYPES
from tests.architecture.pages import Readers
from tests.architecture.portalscene import PortalScene

pytestmark = pytest.mark.slow
_WORDS = {"zh-hans": re.compile(r"[A-Za-z]{3,}"), "en": re.compile(r"[\u4e00-\u9fff]+")}
# Names that are the same in both languages, and examples of what is typed.
NEUTRAL = {
    *("API", "CSV", "Excel", "English", "JSON", "data", "json", "Turtle", "RDF", "XML", "RFC"),
    *("CPU", "JPEG", "MiB", "OFD", "PDF", "PNG", "Word", "NDJSON", "Parquet", "HTTP", "SFTP"),
    *("name", "mysql", "无条件", "xlsx", "csv", "UTF", "DCAT", "Python", "curl", "URL", "SHA"),
    *(
        "PostgreSQL",
        "MySQL",
        "MariaDB",
        "SQLAlchemy",
        "Arrow",
        "blob",
        "text",
        "manage",
        "audit",
        "verify",
    ),
    *("ndjson", "parquet", "arrow", "gjgxjhpt", "Client"),
    # What is typed as it stands: of HTTP, and of a parameter of a service.
    *("GET", "POST", "Basic", "https", "rows", "body", "query", "needed", "free", "code"),
    *("true", "false", "keywords", "every", "cron", "hmac", "sha"),
    # Ways of guarding a connection, as the database's own manual writes them.
    *("disable", "allow", "prefer", "require", "full"),
    *re.findall(r"[A-Za-z]{3,}", " ".join(" ".join(types) for types in FORMAT_TYPES.values())),
}
# Code is of no language; what says its own language is not the page's.
SILENT = {"code", "pre", "kbd", "script", "style", "dialog"}
SAID = ("aria-label", "placeholder", "data-label", "title", "alt")
VOID = {"input", "img", "meta", "link", "br", "hr", "rect", "path", "line", "use", "col"}
# The API's reference: names of headers and laws stand in both languages; a file's own titles.
BOTH = {"problems", "import-mapping"}


class Texts(HTMLParser):
    """The texts of a page that its reader reads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if not self.silent:
            self.found += [said[name] or "" for name in SAID if said.get(name)]
        classes = (said.get("class") or "").split()
        own = tag != "html" and "lang" in said
        is_silent = tag in SILENT or own or {"request", "language"} & set(classes)
        if (is_silent or self.silent) and tag not in VOID:
            self.silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag not in VOID:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent and data.strip():
            self.found.append(data.strip())


def strings() -> list[str]:
    """What the rows say, the longest first: names and data, but no codes of states and kinds."""
    found: set[str] = set()
    for app in ("accounts", "catalog", "exchange"):
        for model in apps.get_app_config(app).get_models():
            names = [field.attname for field in model._meta.concrete_fields if _speaks(field)]
            for values in model._base_manager.values_list(*names) if names else ():
                found.update(text for value in values for text in _texts(value))
    said = {one for one in found if not re.fullmatch(r"[a-z_]*", one)}
    said |= set(Item.objects.values_list("name", flat=True))
    said |= set(Credential.objects.values_list("last_four", flat=True))
    return sorted(said, key=len, reverse=True)


def _speaks(field: models.Field[Any, Any]) -> bool:
    kinds = (models.CharField, models.TextField, models.JSONField, ArrayField)
    return isinstance(field, kinds) and not field.choices


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def left(text: str, language: str, data: list[str]) -> bool:
    """Whether words of the other language are left when what the rows say is taken out."""
    foreign = _WORDS[language]
    if not set(foreign.findall(text)) - NEUTRAL:
        return False
    for said in data:
        if said in text:
            text = text.replace(said, " ")
    return bool(set(foreign.findall(text)) - NEUTRAL)


def test_every_page_speaks_the_readers_language(
    db: None, official_calendar: None, settings: Any, tmp_path: Any
) -> None:
    settings.STORE_DIR = tmp_path / "store"
    scene = PortalScene()
    readers, data = Readers(scene), strings()
    faults: set[str] = set()
    for browser in readers.browsers.values():
        browser.cookies[configured.LANGUAGE_COOKIE_NAME] = "en"
    for name, role, address in readers.seen:
        if name in BOTH | readers.files:
            continue
        # Who chose no language was answered in Chinese.
        answers = {"zh-hans": readers.told[name, role], "en": readers.browsers[role].get(address)}
        for language, answer in answers.items():
            page = Texts()
            page.feed(answer.content.decode())
            said = [text for text in page.found if left(text, language, data)]
            faults |= {f"{name} in {language}: {text[:90]!r}" for text in said}
    assert not faults, "\n".join(sorted(faults))
