"""How the errors of SQLAlchemy and of the drivers become ours, without values or credentials."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from exchange.dataplane.errors import Terminal, Transient

LOST = ("connection-lost", "The connection to the source database was lost.")
BUSY = ("source-busy", "The source database stopped the statement or is out of resources.")
LOGIN = ("login-refused", "The source refused the login or the database name.")
DENIED = ("source-forbidden", "The login may not read this in the source database.")
ABSENT = ("source-mismatch", "The table or a column of it is not there any more.")

# By error number, as MySQL and MariaDB give it.
_MYSQL: dict[int, tuple[type[Transient | Terminal], tuple[str, str]]] = {
    **dict.fromkeys((1044, 1045, 1049, 1251, 1698, 2059), (Terminal, LOGIN)),
    **dict.fromkeys((1142, 1143, 1227, 1370), (Terminal, DENIED)),
    **dict.fromkeys((1051, 1054, 1059, 1064, 1102, 1103, 1109, 1146), (Terminal, ABSENT)),
    **dict.fromkeys((2002, 2003, 2006, 2013, 2014, 2055, 1053, 1927), (Transient, LOST)),
    **dict.fromkeys((1040, 1041, 1203, 1205, 1213, 1317, 1969, 3024, 1226), (Transient, BUSY)),
}
_LOGIN_WORDS = ("ora-01017", "ora-28000", "login failed", "authentication failed", "access denied")
_BASE = (OSError, EOFError, TimeoutError)


@contextmanager
def translated() -> Iterator[None]:
    """Let only Transient and Terminal out of a block that talks to a database."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise _from_driver(error.orig, error.connection_invalidated) from None
    except sa.exc.NoSuchModuleError:
        raise Terminal("driver-missing", "No driver for this kind of database is there.") from None
    except sa.exc.SQLAlchemyError as error:
        raise Terminal(
            "source-refused", f"The source cannot be read so ({type(error).__name__})."
        ) from None
    except _BASE:
        raise Transient(*LOST) from None
    except Exception as error:
        if isinstance(error, Transient | Terminal) or not _of_driver(error):
            raise
        raise _from_driver(error, False) from None


def _of_driver(error: Exception) -> bool:
    """Whether it is an error of a database driver: each has a root of this name."""
    return any(base.__name__ in ("Error", "MySQLError") for base in type(error).__mro__)


def _from_driver(error: Any, lost: bool) -> Transient | Terminal:
    number = error.args[0] if getattr(error, "args", None) else None
    if isinstance(number, int) and number in _MYSQL:
        family, told = _MYSQL[number]
        return family(*told)
    if lost:
        return Transient(*LOST)
    words = str(error).lower()
    if any(word in words for word in _LOGIN_WORDS):
        return Terminal(*LOGIN)
    if "no such table" in words or "no such column" in words or "ora-00942" in words:
        return Terminal(*ABSENT)
    if "locked" in words or "busy" in words:
        return Transient(*BUSY)
    kinds = {base.__name__ for base in type(error).__mro__}
    if kinds & {"InterfaceError", "OperationalError"}:
        return Transient(*LOST)
    return Terminal("source-refused", "The source refused the statement.")
