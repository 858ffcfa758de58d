"""What a call says of itself: for what it is made, for whom, and why."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Call:
    """The purpose (a code that the grant names), the end user and the reason, where stated."""

    purpose: str = ""
    end_user: str = ""
    reason: str = ""


NO_CALL = Call()
