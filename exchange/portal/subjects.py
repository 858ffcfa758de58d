"""What a clock is about: the name of the thing, and the address of its page."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from accounts.models import Obligation
from catalog.models import Adjustment, Entry
from exchange.models import Dispute, Grant, Objection, SharingRequest, UseRecord


@dataclass(frozen=True)
class Subject:
    """A thing with a page."""

    title: str
    address: str


_Found = dict[UUID, Subject]


def subjects_of(rows: Iterable[Obligation]) -> _Found:
    """By its id the thing that each clock is about, in one statement a kind of thing."""
    ids: dict[str, list[UUID]] = {}
    for row in rows:
        ids.setdefault(row.subject_type, []).append(row.subject_id)
    found: _Found = {}
    for kind, named in ids.items():
        if kind in _FINDERS:
            found |= _FINDERS[kind](named)
    return found


def _requests(ids: list[UUID]) -> _Found:
    rows = SharingRequest.objects.filter(pk__in=ids).values_list("pk", "entry__name")
    return {pk: Subject(name, reverse("request", args=[pk])) for pk, name in rows}


def _grants(ids: list[UUID]) -> _Found:
    rows = Grant.objects.filter(pk__in=ids).values_list("pk", "request__entry__name")
    return {pk: Subject(name, reverse("grant", args=[pk])) for pk, name in rows}


def _objections(ids: list[UUID]) -> _Found:
    rows = Objection.objects.filter(pk__in=ids).values_list("pk", "resource__published__name")
    return {pk: Subject(name or "", reverse("objection", args=[pk])) for pk, name in rows}


def _disputes(ids: list[UUID]) -> _Found:
    names = (
        "request__entry__name",
        "grant__request__entry__name",
        "objection__resource__published__name",
    )
    rows = Dispute.objects.filter(pk__in=ids).values_list("pk", *names)
    return {
        pk: Subject(next((name for name in found if name), ""), reverse("dispute", args=[pk]))
        for pk, *found in rows
    }


def _records(ids: list[UUID]) -> _Found:
    rows = UseRecord.objects.filter(pk__in=ids).values_list("pk", "grant__request__entry__name")
    return {pk: Subject(name, reverse("use-record", args=[pk])) for pk, name in rows}


def _entries(ids: list[UUID]) -> _Found:
    rows = Entry.objects.filter(pk__in=ids).values_list("pk", "name", "resource_id")
    return {pk: Subject(name, reverse("resource", args=[of])) for pk, name, of in rows}


def _adjustments(ids: list[UUID]) -> _Found:
    rows = Adjustment.objects.filter(pk__in=ids)
    named = rows.values_list("pk", "resource__published__name", "resource_id")
    return {pk: Subject(name or "", reverse("resource", args=[of])) for pk, name, of in named}


_FINDERS: dict[str, Callable[[list[UUID]], _Found]] = {
    "sharingrequest": _requests,
    "grant": _grants,
    "objection": _objections,
    "dispute": _disputes,
    "userecord": _records,
    "entry": _entries,
    "adjustment": _adjustments,
}
