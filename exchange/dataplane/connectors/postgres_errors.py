"""How PostgreSQL's errors become ours, without the values and credentials their texts may hold."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from exchange.dataplane.errors import Terminal, Transient

_TRANSIENT_CLASSES = {
    "08": ("connection-lost", "The connection to the target database was lost."),
    "40": ("target-busy", "The target database undid the work in favour of another transaction."),
    "53": ("target-full", "The target database is out of space, memory or connections."),
    "57": ("target-busy", "The target database stopped the statement or is restarting."),
    "58": ("target-failing", "The target database's own storage failed."),
}
_TRANSIENT_STATES = {
    "55P03": ("target-busy", "Another transaction holds the target's rows."),
    "55006": ("target-busy", "Another session is using the target."),
    "25006": ("target-read-only", "The target database accepts no writes at present."),
}
_MISMATCH = {"42P01", "42703", "42804", "42P10", "3F000", "428C9"}
# What comparing a text column with a number ends in.
_NO_OPERATOR = "42883"


@contextmanager
def translated() -> Iterator[None]:
    """Let only Transient and Terminal out of a block that talks to PostgreSQL."""
    try:
        yield
    except psycopg2.Error as error:
        # The original is cut off: its text may quote rows, and a traceback would print it.
        raise translate(error) from None


def translate(error: psycopg2.Error) -> Transient | Terminal:
    """The error to raise for one of the driver's; its detail names only tables and columns."""
    state = error.pgcode
    if state is None:
        # The driver reports a server that vanishes during COPY by the base class alone.
        lost = isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError)
        if lost or type(error) is psycopg2.DatabaseError:
            return Transient(*_TRANSIENT_CLASSES["08"])
        return Terminal("target-refused", "The database driver refused the statement.")
    transient = _TRANSIENT_STATES.get(state) or _TRANSIENT_CLASSES.get(state[:2])
    if transient:
        return Transient(*transient)
    return _terminal(error, state)


def _terminal(error: psycopg2.Error, state: str) -> Terminal:
    if state in _MISMATCH:
        # These messages quote identifiers only.
        return Terminal("target-mismatch", f"The target differs: {error.diag.message_primary}.")
    if state == "42501":
        return Terminal("target-forbidden", "The login may not do this in the target database.")
    where = error.diag.constraint_name or error.diag.column_name or error.diag.table_name
    named = f" at {where}" if where else ""
    if state.startswith("23"):
        return Terminal("target-constraint", f"A rule of the target refuses a row{named}.")
    if state.startswith("22") or state == _NO_OPERATOR:
        return Terminal("value-refused", f"The target cannot hold a value{named}.")
    return Terminal("target-refused", f"The target refused the statement{named} ({state}).")
