"""Values that callers send, as the type of their item stores them."""

from typing import Any

import pyarrow as pa

from exchange.dataplane.schema import Schema
from kernel.errors import Invalid
from kernel.texts import Text


def key_values(schema: Schema, key: dict[str, Any], field: str = "key") -> tuple[Any, ...]:
    """The key of one record; Invalid unless each item of the key has its value, and no other."""
    if not schema.key or set(key) != set(schema.key):
        wanted = ", ".join(schema.key) or "none: these records have no key"
        raise Invalid.field(
            field, Text("name exactly the key items: {known}", known=wanted), "key-missing"
        )
    return tuple(stored_value(schema, name, key[name], f"{field}/{name}") for name in schema.key)


def stored_value(schema: Schema, name: str, value: Any, field: str) -> Any:
    """One value as it is stored; days, times and decimals come as texts. Invalid if it is none."""
    if value is None:
        return None
    if isinstance(value, str) and schema.by_name[name].type == "string":
        return _text(value, field)
    kind = schema.arrow.field(name).type
    if not _fits(kind, value):
        raise _misfit(field)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    try:
        return pa.array([text], pa.string()).cast(kind)[0].as_py()
    except (pa.ArrowException, ValueError) as bad:
        raise _misfit(field) from bad


def _text(value: str, field: str) -> str:
    """The text, if a database can hold it."""
    try:
        value.encode()
    except UnicodeEncodeError as half:
        raise _misfit(field) from half
    if "\0" in value:
        raise _misfit(field)
    return value


def _fits(kind: pa.DataType, value: Any) -> bool:
    if isinstance(value, dict | list) or pa.types.is_boolean(kind) != isinstance(value, bool):
        return False
    return isinstance(value, str) or not pa.types.is_string(kind)


def _misfit(field: str) -> Invalid:
    return Invalid.field(field, "does not fit the type of its item", "value-refused")
