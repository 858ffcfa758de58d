"""What search knows of an entry that it found. Pure."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID


class Hit(NamedTuple):
    """An entry in force as search ranks and shows it."""

    id: UUID
    entry_id: UUID
    code: str
    name: str
    department_id: UUID
    department: str = ""
    category_code: str = ""
    category: str = ""
    keywords: Sequence[str] = ()
    abstract: str = ""
    share_type: str = ""
    update_cycle: str = ""
    format_class: str = ""
    is_open: bool = False
    is_attached: bool = False
    fresh_until: date | None = None
    completeness: int = 0
    published_at: datetime | None = None
    # Names of items that hold a word asked for.
    items: Sequence[str] = ()
