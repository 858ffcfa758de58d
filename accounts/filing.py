"""What a filing (备案) must say: the nine items of 国办发〔2017〕39号, measure 6. Pure.

Plain values in, every fault out, so that one submission shows all there is to mend.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from accounts.vocabulary import OwnerLevel, ProtectionLevel
from kernel.texts import Text

NEW_CONSTRUCTION = ("planned", "in_construction")
# From the second level on a system is entered with the public security (GB/T 22240).
ENTERED_LEVELS = ("2", "3", "4", "5")


class FilingFault(NamedTuple):
    """One thing to mend: where in the API's body, its code, the cause with the way out."""

    pointer: str
    code: str
    detail: str


# Column -> group of the body, item of the filing, what to do.
_ITEMS: dict[str, tuple[str, str, str]] = {
    "project_name": ("funding", "项目名称", Text("name the project as the budget names it")),
    "builder": ("construction", "建设单位", Text("name who builds or built it")),
    "investment": (
        "funding",
        "投资额度",
        Text("give the approved sum in 万元, 0 if there was none"),
    ),
    "maintenance_cost": ("funding", "运维费用", Text("give the yearly cost in 万元, 0 if none")),
    "funding_source": ("funding", "经费渠道", Text("say where the money comes from")),
    "data_items": ("use", "数据资源", Text("list the data that it holds")),
    "business_items": ("use", "应用系统", Text("list the business items that it serves")),
    "classified_protection": (
        "protection",
        "分级保护备案情况",
        Text("give the record of classified protection, or 不涉及 if it holds no secrets"),
    ),
}


def filing_faults(values: Mapping[str, Any]) -> list[FilingFault]:
    """Everything that keeps a system from being filed; empty if nothing does.

    ``values`` are the register's columns; 0 is a sum, None is none.
    """
    return [*_missing(values), *_protection(values)]


def is_new_construction(state: str) -> bool:
    """True while it could still be decided not to build the system."""
    return state in NEW_CONSTRUCTION


def must_be_merged(owner_level: str, state: str) -> bool:
    """True if 39号, task 2, orders the system to be merged: it is a bureau's or an office's own."""
    own = owner_level in (OwnerLevel.BUREAU, OwnerLevel.OFFICE)
    return own and state not in ("being_merged", "retired")


def _missing(values: Mapping[str, Any]) -> Iterator[FilingFault]:
    for name, (group, item, what) in _ITEMS.items():
        if values[name] in (None, "", []):
            yield FilingFault(
                f"#/{group}/{name}", "required", Text("{item}: {what}", item=item, what=what)
            )


def _protection(values: Mapping[str, Any]) -> Iterator[FilingFault]:
    level = values["protection_level"]
    if level == ProtectionLevel.NONE:
        detail = Text("grade the system, one that is planned by what it will be")
        yield FilingFault("#/protection/protection_level", "required", detail)
    is_built = not is_new_construction(values["state"])
    if is_built and level in ENTERED_LEVELS and not values["protection_number"]:
        detail = Text("give the number of the record, as its level is two or higher")
        yield FilingFault("#/protection/protection_number", "required", detail)
