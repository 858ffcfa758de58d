"""What a checked form means for the register: which rows are new, which change what, which do not.

Pure: departments and systems come in as plain values, the plan goes out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts.register.checking import Checked, FormFault, FormRow
from accounts.register.columns import BY_NAME, COLUMNS, STATES
from accounts.register.versions import plain
from accounts.states import REGISTRABLE

Known = Mapping[str, Any]


@dataclass(frozen=True)
class Departments:
    """The departments that rows may name, and what the actor may do there."""

    by_name: Mapping[str, UUID]
    by_code: Mapping[str, UUID]
    own: UUID | None
    may_import: Callable[[UUID], bool]

    def of(self, row: FormRow) -> tuple[UUID | None, tuple[str, str, str]]:
        """The department of a row and what is wrong: column, code, message (empty: nothing)."""
        name = row.values.get("department", "")
        code = row.values.get("credit_code", "").upper()
        named, coded = self.by_name.get(name), self.by_code.get(code)
        if name and named is None:
            return None, ("department", "no-such-department", f"{name[:30]!r} is not registered")
        if code and coded is None:
            return None, ("credit_code", "no-such-department", "no department has this code")
        if named and coded and named != coded:
            detail = "this is another department's code; mend the name or the code"
            return None, ("credit_code", "department-differs", detail)
        found = named or coded or self.own
        if found is None:
            return None, ("department", "required", "write the department's name or credit code")
        if not self.may_import(found):
            detail = "you may import for your own department only"
            return None, ("department", "not-your-department", detail)
        return found, ("", "", "")


@dataclass(frozen=True)
class Planned:
    """A right row: a new system of a department, or a change of one (empty ``values``: none)."""

    number: int
    department_id: UUID
    system_id: UUID | None
    values: dict[str, Any] = field(default_factory=dict)


@dataclass
class Plan:
    """What an import would do, and what it cannot do."""

    received: int
    new: list[Planned] = field(default_factory=list)
    changed: list[Planned] = field(default_factory=list)
    unchanged: int = 0
    wrong: int = 0
    faults: list[FormFault] = field(default_factory=list)


def departments_of(checked: Checked, departments: Departments) -> dict[int, UUID]:
    """Row number -> department, for the rows that name one the actor may import for; the other
    rows get a fault."""
    found, titles = {}, _titles(checked)
    for row in checked.rows:
        if any(fault.header in titles for fault in row.faults):
            continue
        department, (column, code, message) = departments.of(row)
        if department is None:
            checked.fault(row, column, code, message)
        else:
            found[row.number] = department
    return found


def plan(checked: Checked, places: Mapping[int, UUID], existing: Iterable[Known]) -> Plan:
    """The plan for a form whose rows lie in ``places``; ``existing`` are those departments'
    systems with ``id``, ``department_id`` and the register's columns."""
    matcher = _Matcher(checked, existing)
    made = Plan(received=len(checked.rows))
    for row in checked.rows:
        department = places.get(row.number)
        if department is not None:
            matcher.sort(made, row, department)
        if row.faults:
            made.wrong += 1
            made.faults += row.faults
    return made


class _Matcher:
    """Finds a row's system by code, then by name, and no system for two rows."""

    def __init__(self, checked: Checked, existing: Iterable[Known]) -> None:
        self.checked = checked
        self.by_code: dict[tuple[UUID, str], Known] = {}
        self.by_name: dict[tuple[UUID, str], Known] = {}
        self.taken: dict[tuple[object, ...], int] = {}
        for known in existing:
            self.by_name[known["department_id"], known["name"]] = known
            if known["code"]:
                self.by_code[known["department_id"], known["code"]] = known

    def sort(self, made: Plan, row: FormRow, department: UUID) -> None:
        """Put a row where it belongs in the plan, or give it its faults."""
        known = self._match(row, department)
        self._take(row, department, known)
        if known is None:
            self._check_new(row)
        else:
            self._check_known(row, department, known)
        if row.faults:
            return
        values = self._values(row)
        if known is None:
            made.new.append(Planned(row.number, department, None, values))
            return
        changes = {
            name: value
            for name, value in values.items()
            if plain(BY_NAME[name], value) != plain(BY_NAME[name], known[name])
        }
        if changes:
            made.changed.append(Planned(row.number, department, known["id"], changes))
        else:
            made.unchanged += 1

    def _match(self, row: FormRow, department: UUID) -> Known | None:
        code, name = row.values.get("code", ""), row.values.get("name", "")
        by_code = self.by_code.get((department, code)) if code else None
        return by_code or self.by_name.get((department, name))

    def _take(self, row: FormRow, department: UUID, known: Known | None) -> None:
        """Claim the row's system, name and code; the second row to claim one is wrong."""
        claims: list[tuple[str, tuple[object, ...]]] = [
            (column, (column, department, row.values[column]))
            for column in ("code", "name")
            if row.values.get(column)
        ]
        if known is not None:
            claims.append(("name", ("system", known["id"])))
        for column, claim in claims:
            first = self.taken.setdefault(claim, row.number)
            if first != row.number:
                detail = f"row {first} is about the same system; keep one of the two"
                self.checked.fault(row, column, "twice", detail)
                return

    def _check_new(self, row: FormRow) -> None:
        if not self.checked.has("function"):
            detail = "a new system needs the column 系统描述"
            self.checked.fault(row, "function", "required", detail)
        if row.values.get("state") and row.values["state"] not in REGISTRABLE:
            wanted = "、".join(STATES[state] for state in REGISTRABLE)
            detail = f"register it as one of {wanted}; then move it on with the reason"
            self.checked.fault(row, "state", "not-registrable", detail)

    def _check_known(self, row: FormRow, department: UUID, known: Known) -> None:
        state, name = row.values.get("state"), row.values.get("name", "")
        if state and state != known["state"]:
            detail = (
                f"it is {STATES[known['state']]} now; a form cannot move it, a reasoned step can"
            )
            self.checked.fault(row, "state", "state-differs", detail)
        namesake = self.by_name.get((department, name))
        if namesake is not None and namesake["id"] != known["id"]:
            detail = "another system of the department has this name, and this code is not its code"
            self.checked.fault(row, "name", "name-of-another", detail)

    @staticmethod
    def _values(row: FormRow) -> dict[str, Any]:
        kept = {column.name for column in COLUMNS if column.stays} | {"state"}
        return {
            name: value
            for name, value in row.values.items()
            if name in BY_NAME and not (name in kept and name in row.blank)
        }


def _titles(checked: Checked) -> set[str]:
    form = checked.form
    return {
        header
        for column, header in zip(form.columns, form.headers, strict=True)
        if column.name in ("department", "credit_code")
    }
