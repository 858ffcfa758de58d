"""Lists of the portal that a person saves to see them again."""

from urllib.parse import parse_qsl

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.actor import Actor
from accounts.errors import ListTitleTaken
from accounts.models import SavedList
from kernel.errors import Forbidden, Invalid
from kernel.texts import Text

MOST = 50


@transaction.atomic
def save_list(*, actor: Actor, address: str, title: str, state: str) -> SavedList:
    """Keep the list at this address as ``state`` shows it, under a title of the person's own."""
    if actor.id is None or not actor.is_person:
        raise Forbidden("lists are saved by people")
    _check(address, state)
    if SavedList.objects.visible_to(actor).count() >= MOST:
        raise Invalid.field(
            "title", Text("you saved {most} lists; remove one first", most=MOST), "too-many"
        )
    try:
        with transaction.atomic():
            made = SavedList.objects.create(
                user_id=actor.id, address=address, title=title, state=state
            )
    except IntegrityError as taken:
        raise ListTitleTaken() from taken
    audit.record(actor, "list.saved", made, address=address, title=title)
    return made


@transaction.atomic
def remove_list(saved: SavedList, *, actor: Actor, expected: int | None = None) -> None:
    """Forget a saved list of one's own; Stale if it is no longer of the version expected."""
    if saved.user_id != actor.id or not actor.is_person:
        raise Forbidden("saved lists are removed by who saved them")
    saved.change(expected)
    audit.record(actor, "list.removed", saved, address=saved.address, title=saved.title)
    saved.delete()


def _check(address: str, state: str) -> None:
    """A page of ours, and a query as browsers write it: nothing that leads elsewhere."""
    if not address.startswith("/") or address.startswith("//") or set(address) & set("?#\\ "):
        raise Invalid.field("address", "is not the address of a page here", "no-address")
    try:
        parse_qsl(state, keep_blank_values=True, strict_parsing=bool(state))
    except ValueError as bad:
        raise Invalid.field("state", "is not the query of an address", "no-query") from bad
