"""The web application without its evidence, to measure what the evidence costs.

Entries of the trail are not written, and nobody asks whether checkpoints could be stored. This
process alone is changed: no setting of the platform does the same.
"""

from __future__ import annotations

import sys
from typing import Any

from config.wsgi import application

__all__ = ["application"]


def _nothing(*args: Any, **kwargs: Any) -> None:
    """In place of what leaves evidence."""


def _leave_out() -> None:
    """Wherever the platform calls these by name, nothing is done."""
    left_out = {
        "accounts.audit": ("record", "record_all"),
        "accounts.evidence": ("require_stored",),
    }
    for home, names in left_out.items():
        for name in names:
            whole = getattr(sys.modules[home], name)
            for module in list(sys.modules.values()):
                if getattr(module, name, None) is whole:
                    setattr(module, name, _nothing)


_leave_out()
