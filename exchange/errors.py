"""Refusals about datasets, requests, grants, subscriptions and what flows through them."""

from kernel.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    Malformed,
    RateLimited,
    TooLarge,
    Unavailable,
)


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


class AlreadyRecalled(Conflict):
    """A batch is recalled once."""

    code = "already-recalled"
    title = "This batch was recalled already"


class NotRecallable(Conflict):
    """A recall cannot be recalled, nor what retention has removed."""

    code = "not-recallable"
    title = "This batch cannot be recalled"


class OffsetMismatch(Conflict):
    """A part continues where the parts before it ended."""

    code = "offset-mismatch"
    title = "This part does not begin where the upload stands"


class PartInProgress(Conflict):
    """One part of an upload is written at a time."""

    code = "part-in-progress"
    title = "Another part of this upload is being written"


class UploadIncomplete(Conflict):
    """An upload is finished when all its bytes are here."""

    code = "upload-incomplete"
    title = "Parts of this upload are missing"


class UploadOver(Conflict):
    """The upload was finished, cancelled or has expired, so it takes no more parts."""

    code = "upload-over"
    title = "This upload takes no more parts"


class TooManyUploads(Conflict):
    """A publisher has so many uploads to a dataset open at once."""

    code = "too-many-uploads"
    title = "Too many uploads to this dataset are open"


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


class GrantExpired(GrantEnded):
    """The grant's last day is over."""

    code = "grant-expired"
    title = "The term of this right has run out"


class GrantSuspended(Forbidden):
    """The grant is suspended until its holder has put right what was wrong (Order 809 Art. 27)."""

    code = "grant-suspended"
    title = "This right is suspended"


class PurposeMissing(Invalid):
    """Each call states for which of the granted purposes it is made (Order 809 Art. 25)."""

    code = "purpose-missing"
    title = "Say for which purpose the data is wanted"


class PurposeNotGranted(Forbidden):
    """The grant names other purposes (Order 809 Art. 25)."""

    code = "purpose-not-granted"
    title = "The grant does not name this purpose"


class NetworkNotGranted(Forbidden):
    """The grant names the networks from which it may be read."""

    code = "network-not-granted"
    title = "The grant may not be read from this network"


class QuotaExceeded(RateLimited):
    """The calls or rows that the grant gives for a day are used up."""

    code = "quota-exceeded"
    title = "The quota of this day is used up"


class TermsInvalid(Invalid):
    """Masks, row condition, purposes or bounds that no grant can have."""

    code = "terms-invalid"
    title = "These terms cannot be granted"


class AlreadyAsked(Conflict):
    """What is missing is asked for once, all of it (Order 809 Art. 21)."""

    code = "already-asked"
    title = "What is missing has been asked for already"


class RefusalUnfounded(Invalid):
    """A refusal states its ground, reason and law; an incomplete request is none (Art. 21)."""

    code = "refusal-unfounded"
    title = "A refusal needs a ground, a reason and a legal basis"


class ChangeNotCleared(Conflict):
    """A service stops or changes after those served consented, or with a filing (Art. 27)."""

    code = "change-not-cleared"
    title = "Announce this to those you serve first"


class CorrectionUnfounded(Invalid):
    """An outcome says what was corrected: the batch, and nothing else, carries it."""

    code = "correction-unfounded"
    title = "This outcome does not fit the correction"


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


class ModeMismatch(Invalid):
    """The step is for subscriptions of another mode."""

    code = "mode-mismatch"
    title = "A subscription of this mode does not take this step"


class RepeatUnderWay(Conflict):
    """What was asked for before is still being brought once more."""

    code = "repeat-under-way"
    title = "Batches are being brought once more already"


class NeverDelivered(Invalid):
    """Only what arrived once can be brought once more."""

    code = "never-delivered"
    title = "This batch was never delivered here"


class NotPulled(Conflict):
    """Its position is moved by deliveries, not by who receives them."""

    code = "not-pulled"
    title = "This subscription is not one that pulls"


class BatchGone(Gone):
    """The batch was recalled; from then on nobody is given its records."""

    code = "batch-recalled"
    title = "This batch was recalled"


class LinkExpired(Gone):
    """Its time is over, or what it stood for: the right, its terms, the file."""

    code = "link-expired"
    title = "This link does not open anything any more"


class CursorExpired(Gone):
    """The place is of another grant or another epoch; start again from a snapshot."""

    code = "cursor-expired"
    title = "This place in the log is gone; start from a snapshot"


class StoreFailed(Unavailable):
    """The bytes could not be stored or read; nothing was lost, try again."""

    code = "store-failed"
    title = "The store did not take the bytes; try again"


class BytesDamaged(Unavailable):
    """Stored bytes do not match their digest, or are gone; they are mended or made anew."""

    code = "bytes-damaged"
    title = "Stored bytes are damaged; the operator has been told"


class SyncImpossible(Conflict):
    """The mode, the dataset and the connector of a sync job do not go together."""

    code = "sync-impossible"
    title = "This cannot be synchronised so"


class SyncBusy(Conflict):
    """A job has one run at a time."""

    code = "sync-busy"
    title = "This job has a run already"
