"""The three lists (三清单) in the portal: what is needed, who supplies what, what is not shared."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Perm
from accounts.portal.choices import departments
from accounts.portal.listing import list_view, state_filter
from catalog.models import Demand, Item, SearchDocument
from catalog.portal import cells as own_cells
from catalog.portal import words
from catalog.portal.demand_words import STATES
from catalog.vocabulary import ShareType
from kernel import cells
from kernel.listparts import AnyFilter
from kernel.lists import Column, Filter, List
from kernel.texts import listed

_ANSWERING = ("offered", "met")
_SHOWN = (
    *("name", "is_attached", "fresh_until", "published_at", "completeness", "gaps"),
    *("resource__code", "resource__data_updated_at", "department__name"),
    *("entry__share_type", "entry__share_condition", "entry__share_modes"),
    *("entry__update_cycle", "entry__refusal_reason", "entry__legal_basis"),
)


class ThreeLists(List):
    """Base of the three: tabs that lead from one to the other."""

    here: ClassVar[str] = ""

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """The three."""
        titles = {
            "need-list": _("Need list"),
            "duty-list": _("Duty list"),
            "negative-list": _("Negative list"),
        }
        return [(reverse(name), title, name == self.here) for name, title in titles.items()]


class NeedList(ThreeLists):
    """需求清单: what departments need and do not find, and what became of it."""

    here = "need-list"
    title = _("Need list")
    lead = _("What departments need and do not find in the catalogue, and what became of it.")
    nothing = _("No demand has been stated yet.")
    search = ("title__icontains",)
    search_title = _("Words of the demand")
    order = ("department__name", "pk")
    filters = (
        state_filter(STATES),
        Filter("department", _("Asking department"), departments, "department_id"),
    )
    columns = (
        Column(
            "title", _("Demand"), lambda row: row.title, cells.linked("demand"), ("title",),
            width=36,
        ),
        Column("department", _("Asking department"), lambda row: row.department.name, width=28),
        Column("items", _("Items wanted"), lambda row: listed(row.wanted_items), width=40),
        Column("state", _("State"), lambda row: row.word, own_cells.word, ("state",)),
        Column("routed_to", _("Answering department"), lambda row: row.answers, width=28),
        Column("resource", _("Entry offered"), lambda row: row.offered, width=36),
        Column("basis", _("Basis of use"), lambda row: row.basis, is_extra=True, width=36),
        Column("scenario", _("Scenario of use"), lambda row: row.scenario, is_extra=True, width=36),
        Column("reason", _("Answer"), lambda row: row.said.answer_reason, is_extra=True, width=40),
        Column(
            "legal_basis", _("Legal basis"), lambda row: row.said.legal_basis, is_extra=True,
            width=40,
        ),
        Column("asked_on", _("Asked on"), lambda row: row.asked_on, is_extra=True),
    )  # fmt: skip

    def rows(self) -> Any:
        """The demands that the actor may see; a merged one with the answer that it shares."""
        rows: Any = Demand.objects.visible_to(self.actor)
        return rows.select_related(
            "department", "routed_to", "resource__published",
            "merged_into__routed_to", "merged_into__resource__published",
        )  # fmt: skip

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the answer."""
        for row in rows:
            said = row.said = row.merged_into or row
            row.word, row.badge = STATES[row.state]
            row.answers = said.routed_to.name if said.routed_to else ""
            entry = said.resource.published if said.resource else None
            row.offered = entry.name if entry else ""
            row.asked_on = timezone.localdate(row.created_at)
        return rows


class InForceList(ThreeLists):
    """Base of the lists of entries in force, which every department knows (Art. 16)."""

    order = ("department__name", "pk")
    search = ("name__icontains", "resource__code__icontains")
    search_title = _("Name or code")
    filters: ClassVar[Sequence[AnyFilter]] = (
        Filter("department", _("Department"), departments, "department_id"),
        Filter(
            "attached",
            _("Data attached"),
            lambda actor: (("yes", _("Yes")), ("no", _("No"))),
            apply=lambda rows, said: rows.filter(is_attached=said == "yes"),
        ),
    )
    first_columns: ClassVar[tuple[Column, ...]] = (
        Column(
            "name", _("Entry"), lambda row: row.name, cells.linked("resource", "resource_id"),
            ("name",), width=40,
        ),
        Column(
            "code", _("Code"), lambda row: row.resource.code, cells.code,
            ("resource__code",), width=24,
        ),
        Column(
            "department", _("Department"), lambda row: row.department.name,
            sort=("department__name",), width=28,
        ),
    )  # fmt: skip

    def rows(self) -> Any:
        """Entries in force, as far as the lists show them."""
        rows: Any = SearchDocument.objects.visible_to(self.actor)
        return rows.select_related("resource", "department", "entry").only(*_SHOWN)


class DutyList(InForceList):
    """责任清单: which department supplies what, how, and how often."""

    here = "duty-list"
    title = _("Duty list")
    lead = _("Which department supplies what, how, and how often.")
    nothing = _("No entry in force is shared yet.")
    filters = (
        *InForceList.filters,
        Filter(
            "share_type",
            _("Share type"),
            lambda actor: [
                (kind, words.SHARE_TYPES[kind][0])
                for kind in (ShareType.UNCONDITIONAL, ShareType.CONDITIONAL)
            ],
            "entry__share_type",
        ),
        Filter(
            "update_cycle",
            _("Update cycle"),
            lambda actor: words.UPDATE_CYCLES.items(),
            "entry__update_cycle",
        ),
    )
    columns = (
        *InForceList.first_columns,
        Column(
            "share_type",
            _("Share type"),
            lambda row: words.SHARE_TYPES[row.entry.share_type][0],
            cells.nowrap,
        ),
        Column("items", _("Items"), lambda row: listed(_items(row, False)), width=60),
        Column("update_cycle", _("Update cycle"), lambda row: row.cycle, cells.nowrap),
        Column("attached", _("Data attached"), lambda row: words.YES_NO[row.is_attached]),
        Column(
            "condition",
            _("Condition of sharing"),
            lambda row: row.entry.share_condition,
            is_extra=True,
            width=36,
        ),
        Column("fresh_until", _("To be updated by"), lambda row: row.fresh_until, is_extra=True),
        Column("demands", _("Demands answered"), lambda row: row.demands, is_extra=True, width=40),
    )

    def rows(self) -> Any:
        """Those that are shared, with the demands that they answer."""
        answered = Demand.objects.visible_to(self.actor).filter(state__in=_ANSWERING)
        rows = super().rows().exclude(entry__share_type=ShareType.NOT_SHARED)
        told = Prefetch("resource__demands", answered, to_attr="answered")
        return rows.annotate(parts=_parts()).prefetch_related(told)

    def lines(self, rows: list[Any]) -> list[Any]:
        """With words."""
        for row in super().lines(rows):
            row.cycle = words.UPDATE_CYCLES.get(row.entry.update_cycle, "")
            row.demands = listed(demand.title for demand in row.resource.answered)
        return rows


class NegativeList(InForceList):
    """负面清单: what is not shared, with the reason and the law that it rests on (Art. 15)."""

    here = "negative-list"
    title = _("Negative list")
    lead = _("What is not shared, with the reason and the law that it rests on.")
    nothing = _("Everything in force is shared.")
    columns = (
        *InForceList.first_columns,
        Column("scope", _("Scope"), lambda row: row.scope, cells.nowrap),
        Column("items", _("Items not shared"), lambda row: listed(_items(row, True)), width=60),
        Column("reason", _("Reason"), lambda row: row.entry.refusal_reason, width=48),
        Column("legal_basis", _("Legal basis"), lambda row: row.entry.legal_basis, width=48),
    )

    def rows(self) -> Any:
        """Entries that are not shared, or some of whose items are not."""
        withheld = Item.objects.filter(
            entry_id=OuterRef("entry_id"), share_type=ShareType.NOT_SHARED
        )
        asked = Q(entry__share_type=ShareType.NOT_SHARED) | Exists(withheld)
        return super().rows().filter(asked).annotate(parts=_parts())

    def lines(self, rows: list[Any]) -> list[Any]:
        """With how much of each is kept back."""
        for row in super().lines(rows):
            whole = row.entry.share_type == ShareType.NOT_SHARED and not _items(row, False)
            row.scope = _("Whole entry") if whole else _("Some items")
        return rows


def _parts() -> ArraySubquery:
    """The items of an entry in their order, each as its name and share type."""
    items = Item.objects.filter(entry_id=OuterRef("entry_id")).order_by("position")
    return ArraySubquery(items.values(part=JSONObject(name="name", share_type="share_type")))


def _items(row: Any, is_withheld: bool) -> list[str]:
    """The names of the items that are kept back, or of those that are not."""
    told = ((part["name"], part["share_type"] or row.entry.share_type) for part in row.parts)
    return [name for name, kind in told if (kind == ShareType.NOT_SHARED) == is_withheld]


need_list = list_view(NeedList, Perm.DEMAND_VIEW)
duty_list = list_view(DutyList, Perm.RESOURCE_VIEW)
negative_list = list_view(NegativeList, Perm.RESOURCE_VIEW)
