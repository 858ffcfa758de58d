"""Arrow's cast, less what it gets wrong."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

_SIGN_AND_POINT = 2


def sound_cast(column: Any, wanted: pa.DataType) -> Any:
    """The Array or ChunkedArray as the type; ArrowInvalid where a value does not fit it.

    Arrow 26 reads a decimal's digits without a look at how many there are: the 39th may wrap
    around, and 400 nines become -1. Texts longer than the type's digits need are refused here.
    """
    if pt.is_decimal(wanted) and (pt.is_string(column.type) or pt.is_large_string(column.type)):
        longest = pc.max(pc.utf8_length(column)).as_py() or 0
        if longest > wanted.precision + _SIGN_AND_POINT:
            raise pa.ArrowInvalid(f"a text of {longest} characters does not fit {wanted}")
    return column.cast(wanted)
