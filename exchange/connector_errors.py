"""Refusals about connectors and the places outside that they lead to."""

from kernel.errors import Conflict, Invalid, PeerFailed


class ConnectorInUse(Conflict):
    """Sync jobs that are not closed read through it."""

    code = "connector-in-use"
    title = "Sync jobs still read through this connector"


class ConnectorClosed(Conflict):
    """A closed connector has no secrets left and is not used again."""

    code = "connector-closed"
    title = "This connector is closed"


class SourceRefused(Invalid):
    """The place refuses, or is not as the connector says; a person has to mend it."""

    code = "source-unusable"
    title = "The source cannot be read with what the connector says"


class SourceAway(PeerFailed):
    """The place does not answer at present."""

    code = "source-away"
    title = "The source cannot be read at present"
