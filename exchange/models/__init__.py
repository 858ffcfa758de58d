from exchange.models.batch import Batch, Snapshot
from exchange.models.dataset import Dataset, SchemaVersion
from exchange.models.grant import Grant
from exchange.models.request import SharingRequest
from exchange.models.subscription import Delivery, Subscription

__all__ = [
    "Batch",
    "Dataset",
    "Delivery",
    "Grant",
    "SchemaVersion",
    "SharingRequest",
    "Snapshot",
    "Subscription",
]
