"""How the errors of MySQL and MariaDB as a target become ours, without values or credentials."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pymysql

from exchange.dataplane.errors import Terminal, Transient

_LOST = ("connection-lost", "The connection to the target database was lost.")
_BUSY = ("target-busy", "Another transaction holds the target's rows, or the statement was ended.")
_FULL = ("target-full", "The target database is out of space, memory or connections.")
_READ_ONLY = ("target-read-only", "The target database accepts no writes at present.")
_LOGIN = ("login-refused", "The target refused the login or the database name.")
_FORBIDDEN = ("target-forbidden", "The login may not do this in the target database.")

_TRANSIENT: dict[int, tuple[str, str]] = {
    **dict.fromkeys((2002, 2003, 2006, 2013, 2014, 2055, 1053, 1152, 1158, 1159, 1160), _LOST),
    **dict.fromkeys((1205, 1213, 1317, 1969, 3024, 1927, 1180, 1637), _BUSY),
    **dict.fromkeys((1021, 1037, 1038, 1040, 1041, 1114, 1203, 1226), _FULL),
    **dict.fromkeys((1290, 1792, 1836, 3100), _READ_ONLY),
}
_TERMINAL: dict[int, tuple[str, str]] = {
    **dict.fromkeys((1044, 1045, 1049, 1251, 1698, 2059), _LOGIN),
    **dict.fromkeys((1142, 1143, 1227, 1370, 1410), _FORBIDDEN),
}
# Their messages name tables, columns and collations only.
_MISMATCH = {1051, 1054, 1146, 1136, 1267, 1364, 1072, 1118, 1071}
_CONSTRAINT = {1048, 1062, 1216, 1217, 1451, 1452, 3819, 4025, 1761, 1762}
_VALUE = {1153, 1264, 1265, 1292, 1366, 1406, 1411, 1690, 3156}
_NAMES = (
    re.compile(r"for key '([^']{1,130})'$"),
    re.compile(r"^CONSTRAINT `([^`]{1,64})`"),
    re.compile(r"^Check constraint '([^']{1,64})'"),
    re.compile(r"[Cc]olumn '([^']{1,64})'"),
)


@contextmanager
def translated() -> Iterator[None]:
    """Let only Transient and Terminal out of a block that talks to MySQL or MariaDB."""
    try:
        yield
    except pymysql.MySQLError as error:
        # The original is cut off: its text may quote rows, and a traceback would print it.
        raise translate(error) from None
    except (OSError, EOFError):
        raise Transient(*_LOST) from None


def translate(error: pymysql.MySQLError) -> Transient | Terminal:
    """The error to raise for one of the driver's; its detail names only tables and columns."""
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    text = str(error.args[1]) if len(error.args) > 1 else ""
    if number in _TRANSIENT:
        return Transient(*_TRANSIENT[number])
    if number in _TERMINAL:
        return Terminal(*_TERMINAL[number])
    if number in _MISMATCH:
        return Terminal("target-mismatch", f"The target differs: {text[:200]}.")
    if number in _CONSTRAINT:
        return Terminal("target-constraint", f"A rule of the target refuses a row{_named(text)}.")
    if number in _VALUE:
        return Terminal("value-refused", f"The target cannot hold a value{_named(text)}.")
    if number == 0 or isinstance(error, pymysql.err.InterfaceError):
        return Transient(*_LOST)
    return Terminal("target-refused", f"The target refused the statement ({number}).")


def _named(text: str) -> str:
    for pattern in _NAMES:
        if found := pattern.search(text):
            return f" at {found[1]}"
    return ""
