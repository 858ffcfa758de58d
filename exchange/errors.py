"""Refusals about datasets, requests, grants, subscriptions and what flows through them."""

from kernel.errors import Conflict, Forbidden, Gone, Invalid, Malformed, TooLarge, Unavailable


class AlreadyAttached(Conflict):
    """A resource has one dataset."""

    code = "already-attached"
    title = "This resource already has a dataset"


class NothingAttached(Conflict):
    """The resource has no dataset yet."""

    code = "nothing-attached"
    title = "No data is attached to this resource yet"


class SchemaImpossible(Invalid):
    """The resource's items do not make a schema."""

    code = "schema-impossible"
    title = "These items do not make a schema"


class SchemaIncompatible(Conflict):
    """The new schema breaks what the compatibility level promises to subscribers."""

    code = "schema-incompatible"
    title = "This schema would break subscribers"


class NotThePublisher(Forbidden):
    """Only the system named in the dataset publishes to it."""

    code = "not-the-publisher"
    title = "Another system publishes this dataset"


class DatasetClosed(Conflict):
    """A closed dataset takes no more batches."""

    code = "dataset-closed"
    title = "This dataset is closed"


class WrongKind(Conflict):
    """Tables take snapshots and changes, event datasets take appends."""

    code = "wrong-kind"
    title = "This dataset does not take this kind of batch"


class BodyUnreadable(Malformed):
    """The body of a publication cannot be read as its format."""

    code = "body-unreadable"
    title = "The body cannot be read"


class BodyTooLarge(TooLarge):
    """The body of a publication is larger than the platform takes at once."""

    code = "body-too-large"
    title = "The body is too large"


class DigestMismatch(Malformed):
    """The body that arrived is not the one that was announced."""

    code = "digest-mismatch"
    title = "The body is not the one that was announced"


class BatchRefused(Invalid):
    """Rows break the schema; nothing of the batch was stored."""

    code = "batch-refused"
    title = "Rows break the schema; nothing was stored"


class BaseMoved(Conflict):
    """Other batches were published while this snapshot was compared."""

    code = "base-moved"
    title = "The dataset moved on while this snapshot was compared; publish it again"


class NotShared(Conflict):
    """The department named in the catalogue does not share this resource (Order 809 Art. 15)."""

    code = "not-shared"
    title = "This resource is not shared"


class NotYourSystem(Invalid):
    """The system is not one of the requesting department's that is running."""

    code = "not-your-system"
    title = "This system is not one of yours"


class GrantTooWide(Invalid):
    """A grant names items within the request, and the key among them."""

    code = "grant-too-wide"
    title = "These items cannot be granted"


class GrantEnded(Forbidden):
    """The grant was revoked or has run out, or its subscription has ended."""

    code = "grant-ended"
    title = "This right has ended"


class ModeNotGranted(Forbidden):
    """The grant names other ways of sharing (Order 809 Art. 22)."""

    code = "mode-not-granted"
    title = "The grant does not name this way of sharing"


class NotGranted(Forbidden):
    """The system holds no living grant of this resource."""

    code = "not-granted"
    title = "This system has no grant"


class NotQueryable(Conflict):
    """The dataset is not kept ready for look-ups."""

    code = "not-queryable"
    title = "This dataset takes no look-ups"


class ItemNotGranted(Invalid):
    """An item outside the grant was named."""

    code = "item-not-granted"
    title = "This item is not in the grant"


class DestinationRefused(Invalid):
    """The platform does not send to this place."""

    code = "destination-refused"
    title = "The platform does not send to this place"


class CursorExpired(Gone):
    """The place is of another grant or another epoch; start again from a snapshot."""

    code = "cursor-expired"
    title = "This place in the log is gone; start from a snapshot"


class StoreFailed(Unavailable):
    """The bytes could not be stored or read; nothing was lost, try again."""

    code = "store-failed"
    title = "The store did not take the bytes; try again"
