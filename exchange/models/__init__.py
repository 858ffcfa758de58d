from exchange.models.batch import Batch, Snapshot
from exchange.models.dataset import Dataset, SchemaVersion
from exchange.models.dispute import Dispute
from exchange.models.grant import Grant, GrantDay, GrantEdition
from exchange.models.objection import Objection
from exchange.models.request import SharingRequest
from exchange.models.service import Hook, ServiceChange, ServiceReply
from exchange.models.subscription import Delivery, Subscription
from exchange.models.use import UseEntry, UseRecord

__all__ = [
    "Batch",
    "Dataset",
    "Delivery",
    "Dispute",
    "Grant",
    "GrantDay",
    "GrantEdition",
    "Hook",
    "Objection",
    "SchemaVersion",
    "ServiceChange",
    "ServiceReply",
    "SharingRequest",
    "Snapshot",
    "Subscription",
    "UseEntry",
    "UseRecord",
]
