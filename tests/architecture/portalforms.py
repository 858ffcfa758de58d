"""Every form that the pages of a scene show: where it goes, and what it would send as it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from tests.architecture.pages import Readers

_TYPED = {"text", "search", "email", "tel", "url", "number", "date", "month", "password", "hidden"}


@dataclass
class Form:
    """``values``: by the names of its fields; ``free``: those that anything can be typed into."""

    action: str
    role: str = ""
    values: dict[str, list[str]] = field(default_factory=dict)
    free: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


class _Found(HTMLParser):
    """The forms of one page that are sent with POST."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.forms = address, list[Form]()
        self._open: Form | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form" and said.get("method", "").lower() == "post":
            self._open = Form(urljoin(self.address, said.get("action", "")))
            self.forms.append(self._open)
        elif self._open and tag == "select":
            self._select = said.get("name", "")
            self._open.values.setdefault(self._select, [""])
        elif self._open and tag == "option" and self._select:
            held = self._open.values[self._select]
            if "selected" in said or (said.get("value") and not any(held)):
                self._open.values[self._select] = [said.get("value", "")]
        elif self._open and tag in ("input", "textarea") and said.get("name"):
            self._field(self._open, tag, said)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""

    @staticmethod
    def _field(form: Form, tag: str, said: dict[str, str]) -> None:
        name, kind = said["name"], said.get("type", "text")
        if kind == "file":
            form.files.append(name)
        elif kind in ("checkbox", "radio"):
            if kind == "radio" or "checked" in said:
                form.values.setdefault(name, [said.get("value", "on")])
        elif name != "csrfmiddlewaretoken":
            form.values.setdefault(name, [said.get("value", "")])
            if tag == "textarea" or kind in _TYPED:
                form.free.append(name)


def forms_of(readers: Readers) -> list[Form]:
    """By their addresses without ids, one each: those of the pages that somebody saw."""
    found: dict[str, Form] = {}
    for name, role, address in readers.seen:
        answer: Any = readers.answers[name]
        if "html" in answer.get("Content-Type", ""):
            page = _Found(address)
            page.feed(answer.content.decode())
            for form in page.forms:
                form.role = role
                found.setdefault(form.action, form)
    return list(found.values())
