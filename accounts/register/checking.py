"""A form checked by columns: each different cell of a column is read once."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from accounts.register.cells import CellFault, is_blank, read_cell
from accounts.register.columns import CLEANED, Column
from accounts.register.reading import Form

_FORMULA = CellFault("formula-cell", "holds a formula; paste its value instead")
_ERROR = CellFault("error-cell", "holds an error value of the spreadsheet; write the value")


@dataclass(frozen=True)
class FormFault:
    """A cell to mend: where it stands in the sheet, what is wrong and how to mend it."""

    row: int
    column: str
    header: str
    code: str
    message: str


@dataclass
class FormRow:
    """A row of the form: the values of its right cells, which ones are blank, its faults."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    blank: set[str] = field(default_factory=set)
    faults: list[FormFault] = field(default_factory=list)


class Checked:
    """The rows of a form with the values and the faults of their cells."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.rows = [FormRow(number) for number, _ in form.rows]
        for index, column in enumerate(form.columns):
            if column is not CLEANED:
                self._check_column(index, column)

    def has(self, name: str) -> bool:
        """True if the form has the column."""
        return any(column.name == name for column in self.form.columns)

    def fault(self, row: FormRow, name: str, code: str, message: str) -> None:
        """Add a fault to the row's cell of a column, or to its name if the form lacks it."""
        names = [column.name for column in self.form.columns]
        index = names.index(name if name in names else "name")
        row.faults.append(self._fault(row, index, CellFault(code, message)))

    def _check_column(self, index: int, column: Column) -> None:
        known: dict[Hashable, tuple[Any, CellFault | None]] = {}
        position, marked = self.form.positions[index], self._marked(index)
        # Whoever names the department by its code need not name it twice.
        lenient = column.name == "department"
        for row, (_, cells) in zip(self.rows, self.form.rows, strict=True):
            raw = cells[position] if position < len(cells) else None
            key = (type(raw), raw)
            if key not in known:
                known[key] = ("", None) if lenient and is_blank(raw) else read_cell(column, raw)
            value, fault = known[key]
            fault = marked.get(row.number, fault)
            if fault is not None:
                row.faults.append(self._fault(row, index, fault))
                continue
            row.values[column.name] = value
            if is_blank(raw):
                row.blank.add(column.name)

    def _marked(self, index: int) -> dict[int, CellFault]:
        place = self.form.positions[index] + 1
        errors = {row: _ERROR for row, column in self.form.errors if column == place}
        return errors | {row: _FORMULA for row, column in self.form.formulas if column == place}

    def _fault(self, row: FormRow, index: int, fault: CellFault) -> FormFault:
        form = self.form
        return FormFault(
            row.number, form.letter(index), form.headers[index], fault.code, fault.message
        )
