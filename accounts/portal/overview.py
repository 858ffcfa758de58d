"""One system: what it is, what it lacks, what can be done with it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from accounts.actions.registers import history_of
from accounts.actor import Actor
from accounts.models import InformationSystem, SystemAttachment, User, ZombieCase
from accounts.permissions import Perm
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.columns import facts, worded
from accounts.portal.entry import PLACES, lacking
from accounts.portal.listing import reader
from accounts.portal.proposals import proposing
from accounts.portal.steps import NOTHING_SENT, Sent, take_step
from accounts.portal.system_steps import STEPS, is_possible
from accounts.portal.systems import found_system, head_of
from accounts.register.columns import BY_NAME, GROUPS, members_of
from accounts.register.versions import values_of
from accounts.states import CASE_OPEN
from kernel.kept import Kept
from kernel.pages import page

_LATEST, _KEPT = 3, 100
_DOCUMENTS = Kept(
    lambda system: SystemAttachment.objects.filter(system=system).defer("content").order_by("pk")
)


@require_GET
@signed_in
def system_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One system: its columns by group, filing, documents, last changes, and its steps."""
    return _shown(request, _found(request, pk))


@require_POST
@signed_in
def system_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="system", pk=pk)


@require_GET
@signed_in
def versions_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything that the register ever said of the system, change by change."""
    actor = reader(request, Perm.SYSTEM_VIEW)
    row = found_system(actor, pk)
    context = {
        **head_of(actor, row, "system-versions"),
        "versions": _versions(row, _KEPT),
    }
    return page(request, "accounts/system_versions.html", context)


def _found(request: HttpRequest, pk: UUID) -> InformationSystem:
    return found_system(reader(request, Perm.SYSTEM_VIEW), pk)


def _shown(request: HttpRequest, row: InformationSystem, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    values = values_of(row)
    context = {
        **head_of(actor, row, "system"),
        "groups": [_group(name, values) for name in GROUPS],
        "head": facts([BY_NAME["code"], BY_NAME["function"], BY_NAME["network"]], values),
        "lacks": _lacks(row) if row.filing_state in ("draft", "returned") else [],
        "case": _case(actor, row),
        "attachments": _DOCUMENTS(system=row.pk),
        "versions": _versions(row, _LATEST),
        "revoking": proposing(actor, "grant.revoke_all_of_system", row.pk),
        **sent.context(row, actor, STEPS, lambda name: is_possible(row, name)),
    }
    # Only what waits, or was refused, stands open.
    awaited = (sent.verb, "file", "accept")
    context["steps"] = [replace(one, is_open=one.verb in awaited) for one in context["steps"]]
    return page(request, "accounts/system.html", context, status=sent.status)


def _group(name: str, values: dict[str, Any]) -> tuple[Any, list[tuple[str, str]], list[str]]:
    """A group of columns: its title, what is known, and the titles of what is not."""
    known = facts(members_of(name), values)
    empty = [title for title, label in known if not label]
    return words.GROUPS[name], [one for one in known if one[1]], empty


def _versions(row: InformationSystem, most: int) -> list[tuple[Any, Any, User | None, list[Any]]]:
    """The latest versions with who made them and what they changed, in words."""
    kept = list(row.versions.order_by("-number")[:most])
    people = User.objects.in_bulk([version.changed_by for version in kept])
    return [
        (
            version,
            words.MESSAGES.get(version.change_message, version.change_message),
            people.get(version.changed_by),
            [worded(one) for one in changes],
        )
        for version, changes in history_of(row, kept)
    ]


def _lacks(row: InformationSystem) -> list[tuple[str, Any, list[str]]]:
    """What a filing still lacks: (part, its title, columns)."""
    found = lacking(row)
    return [
        (name, title, [column for _name, column in found[name]])
        for name, title in PLACES
        if name in found
    ]


def _case(actor: Actor, row: InformationSystem) -> tuple[ZombieCase, Any] | None:
    """The open case against the system, for those who may see it."""
    rows: Any = ZombieCase.objects.visible_to(actor)
    found = rows.filter(system=row, state__in=CASE_OPEN).first()
    return (found, words.CASE_STATES[found.state]) if found else None
