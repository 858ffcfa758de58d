"""The statutory clocks of Order 809 as a table: article, national limit, extension."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """A limit in workdays (工作日) by regulation; ``extension`` is the most it may grow."""

    kind: str
    article: str
    duty: str
    workdays: int
    extension: int = 0


CLOCKS: dict[str, Clock] = {
    clock.kind: clock
    for clock in (
        Clock("C1", "17(2)", "update the catalogue after a change", 10, 5),
        Clock("C2", "17(3)", "review and publish the catalogue", 2),
        Clock("C3", "21(1)", "answer a request for unconditionally shared data", 1),
        Clock("C4", "21(1)", "answer a request for conditionally shared data", 10, 10),
        Clock("C5", "22(1)", "share the data after consent", 20),
        Clock("C6", "26(2)", "verify and correct the data", 10),
    )
}
KINDS = [(clock.kind, clock.duty) for clock in CLOCKS.values()]
