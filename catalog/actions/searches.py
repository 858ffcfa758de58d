"""Deeds around search: searches that are kept to be made again, and words taken for one another."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from catalog.errors import SearchNameTaken
from catalog.models import SavedSearch, SynonymSet
from catalog.search.parameters import read_search
from catalog.search.words import runs
from kernel.errors import Forbidden, Invalid
from kernel.texts import Text

MOST_SAVED = 100
# What begins a line or a column, and stands in no word.
_BREAK = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")


@transaction.atomic
def save_search(*, actor: Actor, name: str, parameters: Mapping[str, str]) -> SavedSearch:
    """Keep a search under a name of the actor's own; its parameters must be a search's."""
    require(actor, Perm.SEARCH_SAVE)
    read_search(parameters)
    member_id = _member(actor)
    if SavedSearch.objects.filter(member_id=member_id).count() >= MOST_SAVED:
        raise Invalid.field(
            "name", Text("you have {most} saved searches; drop one", most=MOST_SAVED), "too-many"
        )
    try:
        with transaction.atomic():
            made = SavedSearch.objects.create(
                member_id=member_id, name=name, parameters=dict(parameters)
            )
    except IntegrityError as taken:
        raise SearchNameTaken(
            Text("you already have a search named {name!r}", name=name)
        ) from taken
    audit.record(actor, "search.saved", made, name=name)
    return made


@transaction.atomic
def change_search(
    search: SavedSearch, *, actor: Actor, expected: int, values: Mapping[str, Any]
) -> SavedSearch:
    """Give a saved search another name or other parameters."""
    require(actor, Perm.SEARCH_SAVE)
    if "parameters" in values:
        read_search(values["parameters"])
    try:
        with transaction.atomic():
            search.change(expected, **values)
    except IntegrityError as taken:
        raise SearchNameTaken("you already have a search of this name") from taken
    audit.record(actor, "search.changed", search, fields=sorted(values))
    return search


@transaction.atomic
def drop_search(search: SavedSearch, *, actor: Actor, expected: int) -> None:
    """Forget a saved search; Stale if it was changed since the actor read it."""
    require(actor, Perm.SEARCH_SAVE)
    search.change(expected)
    audit.record(actor, "search.dropped", search, name=search.name)
    search.delete()


@transaction.atomic
def add_synonym(*, actor: Actor, words: Sequence[str]) -> SynonymSet:
    """Let search take these words for one another, from the next question on."""
    require(actor, Perm.SYNONYM_ADD)
    made = SynonymSet.objects.create(words=_checked(words))
    audit.record(actor, "synonym.added", made, words=made.words)
    return made


@transaction.atomic
def change_synonym(
    synonym: SynonymSet, *, actor: Actor, expected: int, words: Sequence[str]
) -> SynonymSet:
    """Put other words in a set of synonyms."""
    require(actor, Perm.SYNONYM_ADD)
    synonym.change(expected, words=_checked(words))
    audit.record(actor, "synonym.changed", synonym, words=synonym.words)
    return synonym


@transaction.atomic
def drop_synonym(synonym: SynonymSet, *, actor: Actor, expected: int) -> None:
    """Let search no longer take these words for one another."""
    require(actor, Perm.SYNONYM_ADD)
    synonym.change(expected)
    audit.record(actor, "synonym.dropped", synonym, words=synonym.words)
    synonym.delete()


def _member(actor: Actor) -> UUID:
    if actor.id is None:
        raise Forbidden("only a person has saved searches")
    return actor.id


def _checked(words: Sequence[str]) -> list[str]:
    """The words without repetition; each must be one that search can find."""
    kept = list(dict.fromkeys(" ".join(word.split()) for word in words))
    for place, word in enumerate(words):
        if _BREAK.search(word.strip()):
            raise Invalid.field(f"words/{place}", "is one word on one line", "line-break")
    for place, word in enumerate(kept):
        if len("".join(runs(word))) < 2:
            raise Invalid.field(
                f"words/{place}", "must have two characters or more that search reads", "too-short"
            )
    if len(kept) < 2:
        raise Invalid.field("words", "name two different words or more", "too-few")
    return kept
