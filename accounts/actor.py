"""Who acts: a person, an information system, or the platform's own clock."""

from dataclasses import dataclass
from uuid import UUID

from accounts.permissions import Perm, Role


@dataclass(frozen=True)
class Actor:
    """The acting party of one deed; what the gate asks and the trail records.

    A person acts for one department at a time (``department_id``), with the roles held there;
    none before they chose one of several.
    """

    kind: str  # person, system, clock or nobody
    id: UUID | None
    name: str
    department_id: UUID | None = None
    roles: frozenset[Role] = frozenset()
    credential_id: UUID | None = None
    address: str = ""
    # What a key or token is narrowed to, of what the roles allow.
    only: frozenset[Perm] | None = None

    @property
    def is_authenticated(self) -> bool:
        """False only for nobody."""
        return self.kind != "nobody"

    @property
    def scope(self) -> str:
        """Whose Idempotency-Keys these are: a person's for each department apart."""
        return f"{self.kind}:{self.id}:{self.department_id}"

    @property
    def is_person(self) -> bool:
        """True for people, who can be held to the two-person rules."""
        return self.kind == "person"


CLOCK = Actor(kind="clock", id=None, name="clock")
NOBODY = Actor(kind="nobody", id=None, name="")
