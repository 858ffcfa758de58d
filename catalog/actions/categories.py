"""Deeds on the tree of classes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from django.db import IntegrityError, connection, transaction

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from catalog.codes import category_code_fault
from catalog.errors import CategoryInvalid, CategoryTaken
from catalog.models import Category, Resource
from catalog.search import indexing
from kernel.texts import Text

MAX_NAME = 120


class Loaded(NamedTuple):
    """How many classes of a list were new, have another name now, or were there already."""

    added: int
    renamed: int
    unchanged: int


@transaction.atomic
def add_category(*, actor: Actor, code: str, name: str, parent: Category | None = None) -> Category:
    """Add a class below ``parent``, whose code begins the new one's."""
    require(actor, Perm.CATEGORY_ADD)
    fault = category_code_fault(code, parent.code if parent else None)
    if fault:
        raise CategoryInvalid.field("code", fault, "category-code")
    try:
        with transaction.atomic():
            category = Category.objects.create(code=code, name=name, parent=parent)
    except IntegrityError as taken:
        raise CategoryTaken(Text("the code {code} is taken", code=code)) from taken
    audit.record(actor, "category.added", category, code=code)
    return category


@transaction.atomic
def load_categories(pairs: Iterable[tuple[str, str]], *, actor: Actor) -> Loaded:
    """Take in a whole classification of (code, name), in any order; all of it or, if wrong, none.

    Each class hangs below the one with the longest code that begins its own. What is there and is
    not in the list stays; the same list again changes nothing. CategoryInvalid names each fault.
    """
    require(actor, Perm.CATEGORY_ADD)
    with connection.cursor() as cursor:
        # Two lists side by side would each miss the other's parents.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('categories', 0))")
    listed = list(pairs)
    known = {row.code: row for row in Category.objects.all()}
    parents = _parents(listed, known)
    added, renamed = [], []
    for code, name in sorted(listed, key=lambda pair: len(pair[0])):
        row = known.get(code)
        if row is None:
            above = parents[code]
            row = Category(code=code, name=name, parent=known[above] if above else None)
            known[code] = row
            added.append(row)
        elif row.name != name:
            renamed.append((row, {"code": code, "before": row.name, "after": name}))
    Category.objects.bulk_create(added, batch_size=2000)
    _rename(renamed)
    audit.record_all(actor, "category.added", [(row, {"code": row.code}) for row in added])
    audit.record_all(actor, "category.renamed", renamed)
    return Loaded(len(added), len(renamed), len(listed) - len(added) - len(renamed))


def _rename(renamed: Sequence[tuple[Category, dict[str, str]]]) -> None:
    """Resources are found by the names of their classes.

    They are held before their class is, as by publication, which then takes a code from it.
    """
    rows = Resource.objects.filter(category__in=[row for row, _ in renamed])
    named = rows.filter(published__isnull=False).select_for_update(no_key=True).order_by("pk")
    held = list(named.values_list("pk", flat=True))
    for row, told in sorted(renamed, key=lambda one: one[0].pk):
        row.change(name=told["after"])
    indexing.refresh(held)


def _parents(listed: list[tuple[str, str]], known: Mapping[str, Category]) -> dict[str, str | None]:
    """Code -> its parent's code, for every class of the list; CategoryInvalid names the faults."""
    codes = known.keys() | {code for code, _ in listed}
    found: dict[str, str | None] = {}
    faults: list[dict[str, str]] = []
    for place, (code, name) in enumerate(listed):
        parent = _parent(code, codes)
        twice = code in found
        found[code] = parent
        for member, kind, detail in _faults(code, name, parent, twice):
            pointer = f"#/categories/{place}/{member}"
            faults.append({"pointer": pointer, "code": kind, "detail": detail})
    if faults:
        raise CategoryInvalid(
            Text("{number} faults; nothing was taken in", number=len(faults)), errors=faults[:100]
        )
    return found


def _parent(code: str, codes: Iterable[str]) -> str | None:
    cut = (code[:width] for width in range(len(code) - 1, 0, -1))
    return next((prefix for prefix in cut if prefix in codes), None)


def _faults(
    code: str, name: str, parent: str | None, twice: bool
) -> Iterator[tuple[str, str, str]]:
    fault = category_code_fault(code, parent)
    if fault:
        yield "code", "category-code", f"{code}: {fault}"
    if twice:
        yield "code", "code-twice", f"{code} stands twice in the list"
    if not name or len(name) > MAX_NAME:
        yield "name", "name-invalid", f"{code}: a name has 1 to {MAX_NAME} characters"
