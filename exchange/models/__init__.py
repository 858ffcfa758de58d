from exchange.models.batch import Batch, Snapshot
from exchange.models.connector import Connector
from exchange.models.datakey import DataKey
from exchange.models.dataset import Dataset, SchemaVersion
from exchange.models.dispute import Dispute
from exchange.models.grant import Grant, GrantDay, GrantEdition
from exchange.models.interface import GatewayKey, InterfaceDay, ServiceInterface
from exchange.models.objection import Objection
from exchange.models.request import SharingRequest
from exchange.models.service import Hook, ServiceChange, ServiceReply
from exchange.models.subscription import Attempt, Delivery, Subscription
from exchange.models.sync import SeenFile, SyncJob, SyncRun
from exchange.models.upload import Upload
from exchange.models.use import UseEntry, UseRecord

__all__ = [
    "Attempt",
    "Batch",
    "Connector",
    "DataKey",
    "Dataset",
    "Delivery",
    "Dispute",
    "GatewayKey",
    "Grant",
    "GrantDay",
    "GrantEdition",
    "Hook",
    "InterfaceDay",
    "Objection",
    "SchemaVersion",
    "SeenFile",
    "ServiceChange",
    "ServiceInterface",
    "ServiceReply",
    "SharingRequest",
    "Snapshot",
    "Subscription",
    "SyncJob",
    "SyncRun",
    "Upload",
    "UseEntry",
    "UseRecord",
]
