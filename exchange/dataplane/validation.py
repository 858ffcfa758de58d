"""The rules of a schema over the columns of a chunk; every rule is one pass over one column."""

from datetime import UTC, date, datetime
from decimal import Context, Decimal

import pyarrow as pa
import pyarrow.compute as pc

from exchange.dataplane.checks import check_digit_holds
from exchange.dataplane.chunks import OP, Chunk, Fault, any_true, fault_if, yes
from exchange.dataplane.items import MAX_PRECISION, Item, bound_value, whole
from exchange.dataplane.schema import Schema

FIRST = {"date": date(1, 1, 1), "datetime": datetime(1, 1, 1, tzinfo=UTC)}
LAST = {
    "date": date(9999, 12, 31),
    "datetime": datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
}
Limit = date | datetime | Decimal
_DIGITS = Context(prec=MAX_PRECISION)
DEEDS = pa.array(["upsert", "delete"])


def validate(chunk: Chunk, schema: Schema, *, ops: bool) -> tuple[Chunk, list[Fault]]:
    """The chunk with every item present, and its faults.

    With ``ops`` the chunk gains ``_op`` ("upsert" where the body says nothing), and a delete is
    judged by its key alone and keeps nothing else.
    """
    columns = {item.name: _column(chunk, item) for item in schema.items}
    faults = list(chunk.faults)
    deletes = None
    if ops:
        columns[OP], wrong, deletes = _operations(chunk)
        faults = [fault for fault in faults if fault.column != OP] + wrong
    for item in schema.items:
        faults += _item_faults(item, columns[item.name], _failed(faults, item.name, chunk.rows))
    if deletes is not None and any_true(deletes):
        faults = _without_deletes(faults, deletes, schema)
        columns = _key_only(columns, deletes, schema)
    return Chunk(chunk.lines, columns, (), chunk.texts), faults


def _column(chunk: Chunk, item: Item) -> pa.Array:
    column = chunk.columns.get(item.name)
    if column is None:
        return pa.nulls(chunk.rows, item.arrow_type)
    # Minus zero equals zero in every comparison, so it is stored as zero.
    return pc.add(column, 0.0) if item.type == "float" else column


def _operations(chunk: Chunk) -> tuple[pa.Array, list[Fault], pa.BooleanArray]:
    given = chunk.columns.get(OP)
    if given is None:
        given = pa.nulls(chunk.rows, pa.string())
    deed = pc.fill_null(given, "upsert")
    wrong = pc.invert(pc.is_in(deed, DEEDS))
    for fault in chunk.faults:
        if fault.column == OP:
            wrong = pc.or_(wrong, fault.mask)
    faults = fault_if(OP, "operation", "must be upsert or delete", wrong, given)
    return deed, faults, pc.equal(deed, "delete")


def _failed(faults: list[Fault], name: str, rows: int) -> pa.BooleanArray | None:
    """Rows whose value of this item could not be read; no further rule is asked of them."""
    mask = None
    for fault in faults:
        if fault.column == name:
            mask = fault.mask if mask is None else pc.or_(mask, fault.mask)
    return mask


def _item_faults(item: Item, column: pa.Array, failed: pa.BooleanArray | None) -> list[Fault]:
    faults = _required(item, column, failed)
    if column.null_count == len(column):
        return faults
    if item.type == "string":
        return faults + _text_faults(item, column)
    return faults + _value_faults(item, column)


def _required(item: Item, column: pa.Array, failed: pa.BooleanArray | None) -> list[Fault]:
    if not item.required:
        return []
    missing = pc.is_null(column)
    if item.type == "string":
        missing = pc.or_(missing, yes(pc.equal(column, "")))
    if failed is not None:
        missing = pc.and_not(missing, failed)
    return fault_if(item.name, "required", "must not be empty", missing)


def _text_faults(item: Item, column: pa.StringArray) -> list[Fault]:
    faults = fault_if(
        item.name, "nul", "holds the character NUL", pc.match_substring(column, "\0"), column
    )
    if item.length is not None:
        mask = pc.greater(pc.utf8_length(column), item.length)
        faults += fault_if(
            item.name, "length", f"longer than {item.length} characters", mask, column
        )
    if item.pattern is not None:
        mask = pc.invert(pc.match_substring_regex(column, whole(item.pattern)))
        faults += fault_if(item.name, "pattern", f"must match {item.pattern[:80]}", mask, column)
    if item.check is not None:
        mask = pc.invert(check_digit_holds(column, item.check))
        faults += fault_if(item.name, "check-digit", f"is no valid {item.check}", mask, column)
    return faults + _code_faults(item, column)


def _code_faults(item: Item, column: pa.Array) -> list[Fault]:
    if item.codes is None:
        return []
    codes = pa.array(item.codes).cast(item.arrow_type)
    mask = pc.and_(pc.is_valid(column), pc.invert(pc.is_in(column, codes)))
    return fault_if(item.name, "code-list", "is not in the code list", mask, column)


def _value_faults(item: Item, column: pa.Array) -> list[Fault]:
    faults = _code_faults(item, column)
    if item.type == "float":
        mask = pc.invert(pc.is_finite(column))
        faults += fault_if(item.name, "not-finite", "NaN and infinity are no values", mask)
    low, high = item.minimum, item.maximum
    if item.type in FIRST:
        years = "must lie in the years 0001 to 9999"
        faults += _outside(item, column, FIRST[item.type], LAST[item.type], years)
    if item.type == "decimal":
        # Arrow's JSON parser checks the digits before it adds the scale's zeros.
        most = Decimal(10**item.precision - 1).scaleb(-(item.scale or 0), _DIGITS)
        faults += _outside(
            item, column, most.copy_negate(), most, f"has more than {item.precision} digits"
        )
    if low is not None:
        mask = pc.less(column, pa.scalar(bound_value(item, low), item.arrow_type))
        faults += fault_if(item.name, "range", f"must be at least {low}", mask, column)
    if high is not None:
        mask = pc.greater(column, pa.scalar(bound_value(item, high), item.arrow_type))
        faults += fault_if(item.name, "range", f"must be at most {high}", mask, column)
    return faults


def _outside(item: Item, column: pa.Array, low: Limit, high: Limit, said: str) -> list[Fault]:
    mask = pc.or_(
        pc.less(column, pa.scalar(low, item.arrow_type)),
        pc.greater(column, pa.scalar(high, item.arrow_type)),
    )
    return fault_if(item.name, "range", said, mask, column if item.type == "decimal" else None)


def _without_deletes(faults: list[Fault], deletes: pa.BooleanArray, schema: Schema) -> list[Fault]:
    """A delete answers for its key only."""
    free = set(schema.names) - set(schema.key)
    kept = []
    for fault in faults:
        mask = pc.and_not(fault.mask, deletes) if fault.column in free else fault.mask
        kept += fault_if(fault.column, fault.code, fault.message, mask, fault.values)
    return kept


def _key_only(
    columns: dict[str, pa.Array], deletes: pa.BooleanArray, schema: Schema
) -> dict[str, pa.Array]:
    return {
        name: column
        if name == OP or name in schema.key
        else pc.if_else(deletes, pa.scalar(None, column.type), column)
        for name, column in columns.items()
    }
