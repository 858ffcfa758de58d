"""The portal's main menu: every place by group, and who finds something there."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, cached_property, lru_cache
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.actor import NOBODY, Actor
from accounts.models import Member, Notice
from accounts.permissions import Perm, Role
from accounts.policy import may
from kernel.kept import KeptCounts

# By group: (name of the address, title, who finds something there).
PLACES: tuple[tuple[Any, tuple[tuple[str, Any, Perm | None], ...]], ...] = (
    (_("My work"), (("home", _("Home"), None), ("notices", _("Notices"), None))),
    (
        _("Register of systems"),
        (
            ("systems", _("Information systems"), Perm.SYSTEM_VIEW),
            ("cases", _("Zombie systems"), Perm.ZOMBIE_VIEW),
            ("verdicts", _("Verdicts"), Perm.ZOMBIE_VIEW),
            ("merges", _("Merge proposals"), Perm.ZOMBIE_VIEW),
            ("system-numbers", _("Numbers"), Perm.ZOMBIE_VIEW),
        ),
    ),
    (
        _("Catalogue"),
        (
            ("catalogue", _("Search the catalogue"), None),
            ("resources", _("Entries"), Perm.RESOURCE_VIEW),
            ("reviews", _("To review"), Perm.RESOURCE_VIEW),
            ("imports", _("Imports"), Perm.CATALOG_IMPORT),
            ("demands", _("Demands"), Perm.DEMAND_VIEW),
            ("campaigns", _("Census"), Perm.CAMPAIGN_VIEW),
            ("likenesses", _("Duplicates"), Perm.LIKENESS_VIEW),
            ("scorecard", _("Quality"), Perm.RESOURCE_VIEW),
            ("duty-list", _("Need, duty and negative lists"), Perm.RESOURCE_VIEW),
            ("adjustments", _("Changes of law and duties"), Perm.RESOURCE_VIEW),
            ("code-lists", _("Code lists"), None),
            ("feedback", _("Feedback of the public"), Perm.RESOURCE_VIEW),
        ),
    ),
    (
        _("Data sharing"),
        (
            ("requests", _("Sharing requests"), Perm.REQUEST_VIEW),
            ("grants", _("Grants"), Perm.REQUEST_VIEW),
            ("clocks", _("Deadlines"), Perm.OBLIGATION_VIEW),
            ("objections", _("Objections"), Perm.REQUEST_VIEW),
            ("disputes", _("Disputes"), Perm.REQUEST_VIEW),
            ("uses", _("Ledger of use"), Perm.USE_VIEW),
            ("use-records", _("Records of use"), Perm.USE_VIEW),
            ("announcements", _("Service changes"), Perm.REQUEST_VIEW),
            ("evaluation", _("Evaluation"), Perm.EVALUATION_VIEW),
        ),
    ),
    (
        _("Exchange"),
        (
            ("datasets", _("Datasets"), Perm.DATASET_VIEW),
            ("batches", _("Batches"), Perm.DATASET_VIEW),
            ("subscriptions", _("Subscriptions"), Perm.REQUEST_VIEW),
            ("deliveries", _("Deliveries"), Perm.REQUEST_VIEW),
            ("connectors", _("Connectors"), Perm.CONNECTOR_VIEW),
            ("syncs", _("Sync jobs"), Perm.SYNC_VIEW),
            ("interfaces", _("Service interfaces"), Perm.INTERFACE_VIEW),
            ("credentials", _("Credentials of systems"), Perm.CREDENTIAL_REVOKE),
            ("hooks", _("Webhook for notices"), Perm.HOOK_OPEN),
            ("usage", _("Usage"), Perm.USE_VIEW),
        ),
    ),
    (
        _("Oversight"),
        (
            ("dashboard", _("Dashboard"), Perm.EVALUATION_VIEW),
            ("supply", _("Who supplies whom"), Perm.EVALUATION_VIEW),
            ("audit", _("Audit trail"), Perm.AUDIT_VIEW),
            ("proposals", _("Deeds for two people"), Perm.PROPOSAL_VIEW),
            ("incidents", _("Security incidents"), Perm.INCIDENT_VIEW),
        ),
    ),
    (
        _("Organisation"),
        (
            ("departments", _("Departments"), None),
            ("members", _("People"), Perm.MEMBER_VIEW),
            ("account", _("My account"), None),
        ),
    ),
)


@dataclass(frozen=True)
class Entry:
    """A place of the menu."""

    title: Any
    address: str
    is_here: bool


@dataclass(frozen=True)
class Group:
    """Places that belong together."""

    title: Any
    entries: list[Entry]

    @property
    def is_here(self) -> bool:
        """Whether one is in one of its places."""
        return any(entry.is_here for entry in self.entries)


@dataclass
class Menu:
    """The menu of one person on one page."""

    actor: Actor
    path: str
    member: Member

    @property
    def side(self) -> str:
        """The groups in which the person finds something, as HTML."""
        return _side(self.actor.roles, _here(self.path), str(get_language()))

    @property
    def department(self) -> str:
        """The department that the person acts for."""
        return self.member.department.name

    @property
    def search(self) -> str:
        """Where the search field at the top leads."""
        return _addresses()["catalogue"]

    @property
    def notices(self) -> str:
        """The address of the notices."""
        return _addresses()["notices"]

    @cached_property
    def unread(self) -> int:
        """Notices that the person has not read; counted up to a hundred."""
        actor, since = self.actor, self.member.noticed_at
        shape = (actor.roles, since is None)
        found = _UNREAD(shape, actor, own=actor.department_id, since=since)
        return int(found["unread"])


def _unread(actor: Actor, own: Any, since: datetime | None) -> tuple[Any, dict[str, Any]]:
    rows = Notice.objects.visible_to(actor)
    if since:
        rows = rows.filter(created_at__gt=since)
    return Notice.objects.filter(pk__in=rows.values("pk")[:100]), {"unread": Count("pk")}


_UNREAD = KeptCounts(_unread)


@cache
def _addresses() -> dict[str, str]:
    """The addresses of all places by name."""
    return {name: reverse(name) for _title, places in PLACES for name, _text, _perm in places}


def _here(path: str) -> str:
    """The place that the page belongs to: the longest address that the page's begins with."""
    inside = [
        one
        for one in _addresses().values()
        if path == one or (one != "/" and path.startswith(f"{one}/"))
    ]
    return max(inside, key=len, default="")


@lru_cache(maxsize=1000)
def _side(roles: frozenset[Role], here: str, language: str) -> str:
    """What the menu shows is a matter of the roles, the place and the language alone."""
    groups = groups_of(replace(NOBODY, roles=roles), here)
    return render_to_string("components/side.html", {"groups": groups})


def groups_of(actor: Actor, here: str) -> list[Group]:
    """The groups in which the actor's roles find something."""
    known, groups = _addresses(), []
    for title, places in PLACES:
        entries = [
            Entry(text, known[name], known[name] == here)
            for name, text, perm in places
            if perm is None or may(actor, perm)
        ]
        if entries:
            groups.append(Group(title, entries))
    return groups


def menu(request: HttpRequest) -> dict[str, Any]:
    """The menu for the templates of people who signed in and act for a department."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or not actor.is_authenticated or actor.department_id is None:
        return {}
    return {"menu": Menu(actor, request.path, request.member)}  # type: ignore[attr-defined]
