"""State machines as tables: which moves a column may make, and nothing else."""

from typing import TypeVar

from django.db.models import F, Model
from django.utils import timezone

from kernel.errors import IllegalMove
from kernel.texts import Text

RowT = TypeVar("RowT", bound=Model)


class Machine:
    """The legal moves of one state column.

    Each move is ``name: (sources, target)`` with the sources separated by spaces.
    """

    def __init__(
        self, name: str, start: str, moves: dict[str, tuple[str, str]], field: str = "state"
    ) -> None:
        self.name, self.start, self.field = name, start, field
        self.moves = {move: (tuple(s.split()), target) for move, (s, target) in moves.items()}

    @property
    def states(self) -> list[str]:
        """Every state that can be reached, the first one first."""
        return list(dict.fromkeys([self.start, *(target for _, target in self.moves.values())]))

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The states in the shape of a Django field's choices."""
        return [(state, state.replace("_", " ").capitalize()) for state in self.states]

    def allows(self, state: str, move: str) -> bool:
        """True if the move is possible from this state."""
        return state in self.moves[move][0]

    def possible(self, state: str) -> list[str]:
        """The moves that are possible from this state, in the table's order."""
        return [move for move in self.moves if self.allows(state, move)]

    def check(self, row: Model, name: str) -> None:
        """IllegalMove unless the row as it was read may make the move."""
        if not self.allows(getattr(row, self.field), name):
            raise self._refusal(row, name)

    def _refusal(self, row: Model, name: str) -> IllegalMove:
        state = getattr(row, self.field)
        return IllegalMove(
            Text("cannot {move} from {state}", move=name, state=state),
            move=name,
            state=state,
            possible=self.possible(state),
        )

    def move(self, row: RowT, name: str, **changes: object) -> RowT:
        """Make one move and set the other columns with it, or raise IllegalMove.

        One UPDATE that names the legal sources, so of two rivals exactly one wins.
        """
        sources, target = self.moves[name]
        values: dict[str, object] = {self.field: target, **changes}
        if any(f.name == "version" for f in row._meta.fields):
            values |= {"version": F("version") + 1, "updated_at": timezone.now()}
        rows = type(row)._base_manager.filter(pk=row.pk, **{f"{self.field}__in": sources})
        if not rows.update(**values):
            row.refresh_from_db(fields=[self.field])
            raise self._refusal(row, name)
        row.refresh_from_db(fields=list(values))
        return row

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.start}"]
        for name, (sources, target) in self.moves.items():
            lines += [f"    {source} --> {target}: {name}" for source in sources]
        return "\n".join(lines)
