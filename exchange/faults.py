"""What the data plane lets out, in the words of the platform's refusals."""

import errno
import os
from collections.abc import Callable
from typing import Any, TypeVar

from exchange import damage
from exchange.dataplane.errors import (
    BodyMalformed,
    DataplaneError,
    FaultCount,
    Refused,
    RowError,
    TooLarge,
    Transient,
)
from exchange.errors import BatchRefused, BodyTooLarge, BodyUnreadable, StoreFailed
from kernel.errors import DomainError, Invalid

T = TypeVar("T")
# The disk takes no more, or fails.
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)
# Damage on our side, which no other request would mend.
_OURS = ("blob-missing", "blob-corrupt", "data-key-missing")


def guarded(work: Callable[[], T]) -> T:
    """The work's result; a data plane error becomes a refusal with its code and place."""
    try:
        return work()
    except DataplaneError as fault:
        raise translate(fault) from fault
    except OSError as fault:
        if fault.errno not in _DISK:
            raise
        reason = os.strerror(fault.errno)
        raise StoreFailed(reason, reason="store-write-failed", retry_after=5) from fault


def translate(fault: DataplaneError) -> DomainError:
    """The refusal that says the same."""
    if isinstance(fault, Refused):
        return BatchRefused(
            fault.detail,
            reason=fault.code,
            received=fault.received,
            accepted=fault.accepted,
            rejected=fault.rejected,
            errors=[row_error(error) for error in fault.errors],
            counts=[fault_count(count) for count in fault.counts],
        )
    if isinstance(fault, BodyMalformed):
        place = {"line": fault.line, "column": fault.column}
        known = {name: value for name, value in place.items() if value is not None}
        return BodyUnreadable(fault.detail, reason=fault.code, **known)
    if isinstance(fault, TooLarge):
        return BodyTooLarge(fault.detail, reason=fault.code)
    if fault.code in _OURS and (damaged := damage.refusal(fault.detail)):
        return damaged
    if isinstance(fault, Transient) or fault.code in _OURS:
        return StoreFailed(fault.detail, reason=fault.code, retry_after=5)
    return Invalid(fault.detail, reason=fault.code)


def fault_count(count: FaultCount) -> dict[str, Any]:
    """How many rows broke one rule of one column."""
    return {"column": count.column, "code": count.code, "rows": count.rows}


def row_error(error: RowError) -> dict[str, Any]:
    """One rejected row, as a problem or a receipt lists it; the value is masked."""
    return {
        "line": error.line,
        "column": error.column,
        "code": error.code,
        "detail": error.message,
        "value": error.value_masked,
    }
