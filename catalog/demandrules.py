"""The rules of supply and demand (供需对接) as pure functions.

Order 809 names no limit for a demand that no entry answers; the workdays are the platform's own
(内部时限), and never shown as statutory.
"""

from collections.abc import Iterable
from datetime import date

from accounts.similarity import Likeness, Profile, similar_to
from catalog.names import name_key
from catalog.vocabulary import ShareType
from kernel.errors import Invalid
from kernel.texts import Text

ANSWER_WORKDAYS = 10
LEAST_WORKDAYS, MOST_WORKDAYS = 1, 60
# Demands that wait: others may be merged into them.
WAITING = ("submitted", "routed")


def check_workdays(workdays: int) -> None:
    """Invalid unless the department gets a term that can be kept and ends."""
    if not LEAST_WORKDAYS <= workdays <= MOST_WORKDAYS:
        detail = Text(
            "must be {least} to {most} workdays", least=LEAST_WORKDAYS, most=MOST_WORKDAYS
        )
        raise Invalid.field("workdays", detail, "out-of-range")


def check_needed_by(needed_by: date | None, today: date) -> None:
    """Invalid if the data were needed before they are asked for."""
    if needed_by is not None and needed_by < today:
        raise Invalid.field("needed_by", "must not lie in the past", "in-the-past")


def check_offer(share_type: str | None, is_own: bool) -> None:
    """Invalid unless the resource offered is the answering department's, in force and shared.

    ``share_type`` is that of its version in force; None if it has none.
    """
    if not is_own:
        raise Invalid.field(
            "resource", "must be a resource of the department that answers", "not-own-resource"
        )
    if share_type is None:
        raise Invalid.field("resource", "must be in force; publish it first", "not-in-force")
    if share_type == ShareType.NOT_SHARED:
        raise Invalid.field(
            "resource", "is not shared (不予共享); refuse the demand with its basis", "not-shared"
        )


def similar_demands(one: Profile, others: Iterable[Profile], most: int = 20) -> list[Likeness]:
    """The demands that ask for much the same, the likest first (汇总: 合并相似需求)."""
    return similar_to(one, others, most)


def profile_of(key: object, title: str, wanted_items: Iterable[str]) -> Profile:
    """What is compared of a demand: its title, and the items it names, however they are written."""
    return Profile(key, title, data_items=frozenset(filter(None, map(name_key, wanted_items))))
