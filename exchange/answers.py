"""The rules of an answer: what a consent may grant, what a refusal must say. They write nothing."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from catalog.items import effective_share_type, entry_in_force, items_in_force
from catalog.models import Entry
from catalog.vocabulary import ShareType
from exchange.asking import check_key, shared_columns
from exchange.bounds import read_bounds, wrong
from exchange.dataplane.condition_text import parse_condition
from exchange.dataplane.conditions import ConditionInvalid, canonical
from exchange.dataplane.errors import Terminal
from exchange.dataplane.masks import read_masks
from exchange.dataplane.schema import Schema
from exchange.errors import GrantTooWide, RefusalUnfounded
from exchange.models import Dataset, SharingRequest
from exchange.models.terms import TERMS
from exchange.schemas import schema_of
from exchange.tables import current_schema
from exchange.vocabulary import RefusalGround
from kernel.texts import Text

# The clocks that an answer stops: the Order's two, and the platform's own for return flow.
ANSWER_CLOCKS = ("C3", "C4", "N4")
# Terms that no request asks for: the provider's own.
PROVIDERS_OWN = {"masks": {}, "condition": ""}
MOST_REASON = 400
CERTIFIED_FOR = timedelta(days=365)


def answer_clock(request: SharingRequest) -> str:
    """C3 if every item is shared unconditionally, else C4 (Art. 21)."""
    return "C3" if is_unconditional(request) else "C4"


def is_unconditional(request: SharingRequest) -> bool:
    """Whether each item that is asked for was shared unconditionally when it was asked for."""
    asked = {*request.items, *request.verify_items}
    kinds = {
        effective_share_type(item, request.entry)
        for item in request.entry.items.all()
        if item.column in asked
    }
    return kinds == {ShareType.UNCONDITIONAL}


def terms_asked(request: SharingRequest) -> dict[str, Any]:
    """The terms of a grant, by column, that a consent in full would set."""
    asked = {name: getattr(request, name) for name in TERMS if name not in PROVIDERS_OWN}
    return {**asked, **PROVIDERS_OWN}


def check_terms(request: SharingRequest, terms: Mapping[str, Any]) -> dict[str, Any]:
    """All terms of the grant by column, in their one form; what is not named is as asked for.

    TermsInvalid or GrantTooWide names the field; NotInForce if the resource was withdrawn.
    """
    asked = terms_asked(request)
    unknown = sorted(set(terms) - set(asked))
    if unknown:
        raise wrong(unknown[0], Text("is no term of a grant"))
    made = asked | dict(terms)
    made |= read_bounds(made)
    _check_items(request, entry_in_force(request.resource), made)
    _check_within("modes", made["modes"], request.modes)
    _check_within("purposes", made["purposes"], request.purposes)
    _check_within("systems", made["systems"], request.systems)
    _check_end(request, made["ends_on"])
    if made["masks"] or made["condition"]:
        schema = whole_schema(request)
        made["masks"] = _masks(made, schema)
        made["condition"] = _condition(made["condition"], schema)
    return made


def check_left_out(
    request: SharingRequest, terms: Mapping[str, Any], reasons: Mapping[str, str]
) -> dict[str, str]:
    """Why each item that was asked for is not delivered, or not answered; none may be missing."""
    given = {*terms["items"], *terms["verify_items"]}
    left = [*(set(request.items) - set(terms["items"])), *(set(request.verify_items) - given)]
    for name in sorted(left):
        if not reasons.get(name, "").strip():
            raise wrong(
                "left_out", Text("say why {name!r} is left out", name=name), "reason-missing"
            )
    strange = sorted(set(reasons) - set(left))
    if strange:
        raise wrong("left_out", Text("{name!r} is not left out", name=strange[0]), "not-left-out")
    return {name: reasons[name].strip()[:MOST_REASON] for name in sorted(left)}


def check_refusal(request: SharingRequest, ground: str, reason: str, basis: str) -> dict[str, str]:
    """The refusal as it is signed; RefusalUnfounded if a ground, reason or law is missing.

    A ground that the catalogue contradicts is none: nothing adds conditions to what is shared
    unconditionally, and what the catalogue shares is not exempt (Art. 14-15).
    """
    if ground not in RefusalGround.values:
        raise _unfounded("ground", Text("must be one of: {known}", known=RefusalGround.values))
    for name, text in (("reason", reason), ("basis", basis)):
        if not text.strip():
            raise _unfounded(name, Text("must be said"))
    if ground == RefusalGround.BEYOND_CONDITION and is_unconditional(request):
        raise _unfounded("ground", Text("these items are shared without condition"))
    if ground == RefusalGround.NOT_SHARED and not _withheld(request):
        raise _unfounded("ground", Text("the catalogue shares these items"))
    return {"ground": ground, "reason": reason.strip(), "basis": basis.strip()}


def certify_until(ends_on: date) -> date:
    """The day by which the holder must certify that it still needs the right."""
    return min(ends_on, timezone.localdate() + CERTIFIED_FOR)


def written(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Checked terms as JSON keeps them in an answer."""
    return {
        **terms,
        "systems": [str(pk) for pk in terms["systems"]],
        "ends_on": terms["ends_on"].isoformat(),
    }


def read_written(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Terms as ``written`` left them, to be checked again before they are signed."""
    return {**terms, "ends_on": date.fromisoformat(terms["ends_on"])}


def _check_items(request: SharingRequest, entry: Entry, made: dict[str, Any]) -> None:
    items, verify = list(made["items"]), list(made["verify_items"])
    if not items:
        raise GrantTooWide.field("items", "name at least the key", "key-missing")
    _check_asked("items", items, request.items)
    _check_asked("verify_items", verify, [*request.items, *request.verify_items])
    twice = sorted(set(items) & set(verify))
    if twice or len(set(items)) < len(items) or len(set(verify)) < len(verify):
        raise wrong(
            "verify_items", Text("each item is granted once: delivered, or verified"), "twice"
        )
    gone = sorted({*items, *verify} - shared_columns(entry))
    if gone:
        field = "items" if gone[0] in items else "verify_items"
        raise GrantTooWide.field(
            field, Text("{name!r} is no longer shared", name=gone[0]), "not-shared"
        )
    check_key(entry, items)
    beside = sorted(set(made["masks"]) - set(items))
    if beside:
        raise wrong(
            "masks",
            Text("{name!r} is not among the items delivered", name=beside[0]),
            "not-delivered",
        )


def _check_asked(field: str, names: Iterable[str], asked: Iterable[str]) -> None:
    wider = sorted(set(names) - set(asked))
    if wider:
        raise GrantTooWide.field(
            field, Text("{name!r} was not requested", name=wider[0]), "not-requested"
        )


def _check_within(field: str, given: Iterable[Any], asked: Iterable[Any]) -> None:
    wider = sorted(map(str, set(given) - set(asked)))
    if wider:
        raise GrantTooWide.field(
            field, Text("{name!r} was not requested", name=wider[0]), "not-requested"
        )
    if field == "modes" and not list(given):
        raise wrong(field, Text("name at least one"))


def _check_end(request: SharingRequest, ends_on: date) -> None:
    if ends_on > request.ends_on:
        raise GrantTooWide.field(
            "ends_on", Text("asked for until {ends_on}", ends_on=request.ends_on), "not-requested"
        )
    if ends_on <= timezone.localdate():
        raise wrong("ends_on", Text("must be a day to come"))


def whole_schema(request: SharingRequest) -> Schema:
    """The schema over which masks and conditions are read: the data's, else the catalogue's."""
    dataset = Dataset.objects.select_related("schema").filter(resource=request.resource_id).first()
    return current_schema(dataset) if dataset else schema_of(items_in_force(request.resource))


def _masks(made: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    try:
        masks = read_masks(made["masks"], schema)
    except Terminal as fault:
        raise wrong("masks", fault.detail, fault.code) from fault
    return {name: mask.to_json() for name, mask in masks.items()}


def _condition(text: str, schema: Schema) -> str:
    if not text.strip():
        return ""
    try:
        return canonical(parse_condition(text, schema))
    except ConditionInvalid as fault:
        raise wrong("condition", fault.detail, fault.code) from fault


def _withheld(request: SharingRequest) -> set[str]:
    asked = {*request.items, *request.verify_items}
    return asked - shared_columns(entry_in_force(request.resource))


def _unfounded(field: str, detail: str) -> Exception:
    return RefusalUnfounded.field(field, detail, "refusal-unfounded")
