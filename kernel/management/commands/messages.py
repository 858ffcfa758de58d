"""manage.py messages [--check]: the Chinese of the portal, kept beside each app.

English in code and templates is the source. Texts come from gettext calls, from templates, and
from refusals: their titles, and the details they are raised with. Needs Babel, which is a
dependency of development only.
"""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext, override
from django.utils.translation.template import templatize

from kernel.refusals import families

_LOCALE = "zh_Hans"
_BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
_CALLS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
}


class Command(BaseCommand):
    """Brings each app's locale/zh_Hans up to its texts and compiles it."""

    help = "For developers: bring the Chinese texts of the portal up to the code, and compile them."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """``--check`` changes nothing."""
        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing; fail where a text is missing or out of date",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """All apps of ours."""
        # Refusals are known once what raises them is.
        import_module(settings.ROOT_URLCONF)
        every = [Path(config.path) for config in apps.get_app_configs()]
        folders = [folder for folder in every if folder.parent == settings.BASE_DIR]
        missing: list[str] = []
        for folder in folders:
            missing += _update(folder, check=options["check"])
        if missing:
            raise CommandError("not translated, or out of date:\n" + "\n".join(missing))
        if options["check"] and (unshown := _unshown(folders)):
            raise CommandError("said in two ways; choose another text:\n" + "\n".join(unshown))


def _update(folder: Path, check: bool) -> list[str]:
    catalog = _empty()
    for place, line, words in _texts(folder):
        catalog.add(words, locations=[(place, line)])
    if not len(catalog):
        return []
    source = _source(folder)
    known = _read(source)
    for message in catalog:
        old = known.get(message.id) if message.id else None
        if old is not None:
            message.string = old.string
    empty = [f"{folder.name}: {m.id!r}" for m in catalog if m.id and not m.string]
    if not check:
        _write(catalog, source)
        return empty
    stale = [f"{folder.name}: {m.id!r} is gone" for m in known if m.id and m.id not in catalog]
    return empty + stale + _uncompiled(folder, known, source.with_suffix(".mo"))


def _unshown(folders: list[Path]) -> list[str]:
    """Texts that pages show in the words of another app: all installed apps share one table."""
    unshown = []
    with override(settings.LANGUAGE_CODE):
        for folder in folders:
            for message in _read(_source(folder)):
                if not isinstance(message.id, str) or not message.id:
                    continue
                shown = gettext(message.id)
                if shown != message.string:
                    unshown.append(f"{folder.name}: {message.id!r} is shown as {shown!r}")
    return unshown


def _uncompiled(folder: Path, known: Catalog, compiled: Path) -> list[str]:
    wanted = BytesIO()
    write_mo(wanted, known)
    if compiled.exists() and compiled.read_bytes() == wanted.getvalue():
        return []
    return [f"{folder.name}: {compiled.name} is not compiled from its texts"]


def _texts(folder: Path) -> Iterator[tuple[str, int, Any]]:
    for file in sorted([*folder.rglob("*.html"), *folder.rglob("templates/**/*.txt")]):
        place = file.relative_to(folder.parent).as_posix()
        code = templatize(file.read_text("utf-8"), origin=place)
        # What is no call has become filler; its indentation would mean something to Python.
        yield from _called(place, "\n".join(line.lstrip() for line in code.split("\n")))
    refusals = {family.__name__ for family in families()}
    for file in sorted(folder.rglob("*.py")):
        place = file.relative_to(folder.parent).as_posix()
        code = file.read_text("utf-8")
        yield from _called(place, code)
        yield from _titles(place, code)
        # The API speaks English, the data plane in codes; what actions refuse stands on pages.
        if not {"api", "dataplane"} & set(Path(place).parts):
            yield from _details(place, code, refusals)


def _called(place: str, code: str) -> Iterator[tuple[str, int, Any]]:
    for line, name, words, _ in extract_python(BytesIO(code.encode()), _CALLS, [], {}):
        if isinstance(words, str) and words and _CALLS[name] is None:
            yield place, line, words
        elif isinstance(words, tuple) and name.startswith("ngettext") and all(words[:2]):
            yield place, line, words[:2]


def _titles(place: str, code: str) -> Iterator[tuple[str, int, str]]:
    """``title = "..."`` of the classes that have a ``code``: the refusals."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.ClassDef):
            continue
        values = {
            target.id: item.value.value
            for item in node.body
            if isinstance(item, ast.Assign) and isinstance(item.value, ast.Constant)
            for target in item.targets
            if isinstance(target, ast.Name)
        }
        if isinstance(values.get("code"), str) and isinstance(values.get("title"), str):
            yield place, node.lineno, str(values["title"])


def _details(place: str, code: str, refusals: set[str]) -> Iterator[tuple[str, int, str]]:
    """``Refusal("...")``, ``Refusal.field(name, "...")`` and ``Text("...")``."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        for said in _said(node, refusals):
            if isinstance(said, ast.Constant) and said.value:
                yield place, said.lineno, str(said.value)


def _said(call: ast.Call, refusals: set[str]) -> list[ast.expr]:
    """The text that the call is given; both of one that is chosen between two."""
    match call.func:
        case ast.Name(id=name) if name in refusals or name == "Text":
            said = call.args[:1]
        case ast.Attribute(attr="field", value=ast.Name(id=name)) if name in refusals:
            said = call.args[1:2]
        case _:
            return []
    return [
        one
        for detail in said
        for one in ((detail.body, detail.orelse) if isinstance(detail, ast.IfExp) else (detail,))
    ]


def _empty() -> Catalog:
    # Dates would differ at every run.
    return Catalog(
        locale=_LOCALE,
        project="Shuqiao",
        version="1",
        header_comment="# Chinese texts of the portal; `make messages` keeps this file.",
        msgid_bugs_address="see README",
        last_translator="Shuqiao",
        language_team="Chinese",
        creation_date=_BEGUN,
        revision_date=_BEGUN,
        charset="utf-8",
        fuzzy=False,
    )


def _source(folder: Path) -> Path:
    return folder / "locale" / _LOCALE / "LC_MESSAGES" / "django.po"


def _read(source: Path) -> Catalog:
    if not source.exists():
        return _empty()
    with source.open("rb") as raw:
        return read_po(raw, locale=_LOCALE)


def _write(catalog: Catalog, source: Path) -> None:
    source.parent.mkdir(parents=True, exist_ok=True)
    with source.open("wb") as out:
        write_po(out, catalog, omit_header=False, sort_output=True, no_location=False, width=96)
    with source.with_suffix(".mo").open("wb") as out:
        write_mo(out, catalog)
