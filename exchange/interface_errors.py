"""Refusals about service interfaces; each says whose fault it is.

``fault_at`` is caller, hub or provider, and stands in the answer's header X-Fault-At. None repeats
a word of what the provider answered.
"""

from typing import ClassVar

from kernel.errors import Conflict, DomainError, Forbidden, PeerFailed, PeerTimeout, Unavailable

CALLER, HUB, PROVIDER = "caller", "hub", "provider"


class InterfaceStopped(Conflict):
    """Its provider has paused the interface, or closed it."""

    code = "interface-stopped"
    title = "The provider has paused or closed this interface"
    fault_at: ClassVar[str] = PROVIDER


class InterfaceBusy(Unavailable):
    """So many calls of one interface wait at a time and no more, so that others get through."""

    code = "interface-busy"
    title = "Too many calls of this interface are waiting"
    fault_at: ClassVar[str] = HUB


class InterfaceUnreachable(Unavailable):
    """The platform's list of permitted destinations does not open the interface's address."""

    code = "interface-unreachable"
    title = "The platform may not call this provider"
    fault_at: ClassVar[str] = HUB


class ProviderResting(Unavailable):
    """The provider failed several times in a row; it is left alone for a while."""

    code = "provider-resting"
    title = "The provider has failed repeatedly and is left alone for a while"
    fault_at: ClassVar[str] = PROVIDER


class ProviderFailed(PeerFailed):
    """The provider could not be reached, broke off, or answered something that cannot be used."""

    code = "provider-failed"
    title = "The provider did not answer as its interface promises"
    fault_at: ClassVar[str] = PROVIDER


class ProviderRefused(PeerFailed):
    """The provider answered the hub's call with a refusal of its own (4xx)."""

    code = "provider-refused"
    title = "The provider refused the call"
    fault_at: ClassVar[str] = PROVIDER


class ProviderTimeout(PeerTimeout):
    """The provider did not answer within the time that its interface declares."""

    code = "provider-timeout"
    title = "The provider did not answer in time"
    fault_at: ClassVar[str] = PROVIDER


class ConditionNotKept(Conflict):
    """The grant shows some rows only, and an answer of yes or no does not tell which row it is."""

    code = "condition-not-kept"
    title = "This interface cannot keep to the grant's row condition"


class GatewayNotPinned(Forbidden):
    """Gateway signatures bind neither body nor address, so the grant must name networks."""

    code = "gateway-not-pinned"
    title = "The grant names no network for calls signed like this"


class TlsMissing(Forbidden):
    """Calls signed in a gateway's way are taken over TLS only."""

    code = "tls-missing"
    title = "Call over TLS"


def fault_at(refusal: BaseException, status: int) -> str:
    """Whose fault a refused call is."""
    if isinstance(refusal, DomainError) and hasattr(refusal, "fault_at"):
        return str(refusal.fault_at)
    return CALLER if status < 500 else HUB
