"""The clocks as a table: those of Order 809 with article and limit, and the platform's own."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """A limit in workdays (工作日); ``extension`` is the most it may grow.

    Clocks of the platform's own (内部时限) stand where the Order sets a duty and no number of days.
    ``years`` is the limit of a duty to keep something.
    """

    kind: str
    article: str
    duty: str
    workdays: int
    extension: int = 0
    years: int = 0
    is_statutory: bool = True


CLOCKS: dict[str, Clock] = {
    clock.kind: clock
    for clock in (
        Clock("C1", "17(2)", "update the catalogue after a change", 10, 5),
        Clock("C2", "17(3)", "review and publish the catalogue", 2),
        Clock("C3", "21(1)", "answer a request for unconditionally shared data", 1),
        Clock("C4", "21(1)", "answer a request for conditionally shared data", 10, 10),
        Clock("C5", "22(1)", "share the data after consent", 20),
        Clock("C6", "26(2)", "verify and correct the data", 10),
        Clock("C7", "29(2)", "keep the record of use", 0, years=3),
        Clock(
            "N1", "26(1)", "answer an objection about anything but content", 10, is_statutory=False
        ),
        Clock("N2", "28", "negotiate a dispute", 10, is_statutory=False),
        Clock("N3", "28", "settle a dispute as the authority", 10, is_statutory=False),
        Clock("N4", "24", "answer a request for return flow", 10, is_statutory=False),
        Clock("N5", "27(2)", "rectify a use that was suspended", 10, is_statutory=False),
        Clock("N6", "27(1)", "dispose of data whose grant has ended", 10, is_statutory=False),
    )
}
KINDS = [(clock.kind, clock.duty) for clock in CLOCKS.values()]
# Duties to keep something: they are not late, they are over.
KEEPING = tuple(clock.kind for clock in CLOCKS.values() if clock.years)
