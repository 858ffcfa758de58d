"""What one grant shows of a table: items, masks and rows, applied by the engine on columns."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from exchange.dataplane.binding import Bound
from exchange.dataplane.condition_columns import condition_sql
from exchange.dataplane.condition_json import condition_to_json, retyped
from exchange.dataplane.conditions import Condition, items_used
from exchange.dataplane.engine import quoted
from exchange.dataplane.errors import Terminal
from exchange.dataplane.mask_kinds import Hash, Mask
from exchange.dataplane.masks import check_masks, masked_schema
from exchange.dataplane.schema import Schema

SALT_BYTES = 32


def new_salt() -> bytes:
    """The secret of a grant's hashes: 32 random bytes."""
    return secrets.token_bytes(SALT_BYTES)


@dataclass(frozen=True)
class Disclosure:
    """The items ``names`` of a table, in that order, masked, of the rows that the condition shows.

    ``schema`` is the whole schema of the dataset: the condition may look at items that are not
    among the names, which never leave. ``salt`` is needed by hashes alone. Checked when made:
    Terminal ``column-unknown``, ``key-missing``, ``mask-invalid``, ``condition-invalid`` or
    ``salt-missing``, so that a schema which no longer fits shows nothing rather than too much.
    """

    schema: Schema
    names: tuple[str, ...]
    masks: Mapping[str, Mask] = field(default_factory=dict)
    condition: Condition | None = None
    salt: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(self.names))
        object.__setattr__(self, "masks", dict(self.masks))
        self._check_names()
        check_masks(self.masks, self.schema.select(self.names))
        if self.condition is not None:
            object.__setattr__(self, "condition", retyped(self.condition, self.schema))
        hashed = any(isinstance(mask, Hash) for mask in self.masks.values())
        if hashed and not 16 <= len(self.salt) <= 64:
            raise Terminal("salt-missing", "a hash needs a secret salt of 16 to 64 bytes")

    def _check_names(self) -> None:
        unknown = [name for name in self.names if name not in self.schema.by_name]
        if unknown or not self.names or len(set(self.names)) != len(self.names):
            raise Terminal("column-unknown", ", ".join(unknown) or "name each item once")
        missing = [name for name in self.schema.key if name not in self.names]
        if missing:
            raise Terminal("key-missing", f"the key items {', '.join(missing)} are not shown")

    @cached_property
    def selected(self) -> Schema:
        """The named items as they are stored, in the order named."""
        items = tuple(self.schema.by_name[name] for name in self.names)
        return Schema(items, self.schema.key)

    @cached_property
    def shown(self) -> Schema:
        """The schema of what the receiver gets."""
        return masked_schema(self.selected, self.masks)

    @cached_property
    def source_names(self) -> tuple[str, ...]:
        """The items to read: those named, and those that the condition looks at."""
        used = items_used(self.condition) if self.condition else frozenset()
        return tuple(n for n in self.schema.names if n in used or n in self.names)

    @cached_property
    def source(self) -> Schema:
        """The schema of the items to read."""
        return self.schema.select(self.source_names)

    @property
    def is_plain(self) -> bool:
        """Whether it only selects items."""
        return not self.masks and self.condition is None

    @property
    def needs_history(self) -> bool:
        """Whether changes can only be shown by one who knows the rows before them."""
        if self.condition is None or not self.schema.key:
            return False
        return not items_used(self.condition) <= set(self.schema.key)

    @cached_property
    def digest(self) -> str:
        """SHA-256 in hex over everything that decides what is shown; for names of files."""
        plain = {
            "schema": self.schema.digest,
            "names": self.names,
            "masks": {name: mask.to_json() for name, mask in self.masks.items()},
            "condition": condition_to_json(self.condition) if self.condition else None,
            "salt": hashlib.sha256(self.salt).hexdigest(),
        }
        text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def columns(self, bound: Bound) -> list[str]:
        """The select list over the stored items: each as it is or masked, under its own name."""
        return [self._column(name, bound) for name in self.names]

    def _column(self, name: str, bound: Bound) -> str:
        mask = self.masks.get(name)
        if mask is None:
            return quoted(name)
        return f"{mask.column(self.schema.by_name[name], bound, self.salt)} AS {quoted(name)}"

    def matches(self, bound: Bound) -> str:
        """The condition over the stored items, true or false and never null."""
        if self.condition is None:
            return "true"
        return f"coalesce({condition_sql(self.condition, self.schema, bound)}, false)"
