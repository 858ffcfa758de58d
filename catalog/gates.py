"""What keeps a version from being filed: its own faults, and those that only the tables show."""

from collections.abc import Iterator

from accounts.models import InformationSystem
from catalog.completeness import Fault, faults
from catalog.likeness.checking import collected_elsewhere
from catalog.models import Entry, Item, Placement, Resource
from catalog.names import name_key
from catalog.states import EVER_IN_FORCE
from catalog.versions import entry_values, item_values, items_of
from kernel.texts import Text


def filing_faults(entry: Entry) -> list[Fault]:
    """Everything that keeps this version from being submitted; empty if nothing does."""
    items = list(items_of(entry))
    return [
        *faults(entry_values(entry), [item_values(item) for item in items]),
        *_system_name(entry),
        *_related(entry),
        *_collected_elsewhere(entry, items),
    ]


def _collected_elsewhere(entry: Entry, items: list[Item]) -> Iterator[Fault]:
    """What sharing could supply is collected again only for a reason (Art. 19).

    Asked for what is new in this version: who has had an item in force, or is its named source,
    does not begin to collect it.
    """
    if entry.collection_reason:
        return
    former = Item.objects.filter(entry__resource=entry.resource_id, entry__state__in=EVER_IN_FORCE)
    known = set(former.values_list("column", flat=True))
    theirs = [item for item in items if item.source_department_id != entry.department_id]
    for overlap in collected_elsewhere(entry, theirs) if theirs else ():
        if all(item.column in known for item in overlap.items):
            continue
        yield Fault(
            "#/collection_reason",
            "collected-elsewhere",
            Text(
                "{department} has {names} in {code} {name} and can share it; ask for it, or say"
                " why it has to be collected again (Art. 19)",
                department=overlap.department_name,
                names=[item.name for item in overlap.items[:5]],
                code=overlap.code,
                name=overlap.name,
            ),
        )
        return


def _system_name(entry: Entry) -> Iterator[Fault]:
    """The name of a system is no name of data, whichever of the department's systems it is."""
    if entry.source_system is not None and name_key(entry.source_system.name) == entry.name_key:
        return
    names = InformationSystem.objects.filter(department_id=entry.department_id)
    if entry.name_key and entry.name_key in {
        name_key(name) for name in names.values_list("name", flat=True)
    }:
        yield Fault(
            "#/name", "system-name", "a system of the department has this name; name the data"
        )


def _related(entry: Entry) -> Iterator[Fault]:
    """关联资源代码 are codes that somebody has, and not the resource's own."""
    wanted = entry.related_codes
    if not wanted:
        return
    known = set(Resource.objects.filter(code__in=wanted).values_list("code", flat=True))
    known |= set(Placement.objects.filter(code__in=wanted).values_list("code", flat=True))
    own = {entry.resource.code, *entry.resource.placements.values_list("code", flat=True)}
    for place, code in enumerate(wanted):
        if code in own:
            yield Fault(f"#/related_codes/{place}", "own-code", "is the resource's own code")
        elif code not in known:
            yield Fault(
                f"#/related_codes/{place}", "not-found", "no resource of the catalogue has it"
            )
