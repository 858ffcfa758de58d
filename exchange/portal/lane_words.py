"""How the portal names what moves: datasets, batches, subscriptions and what brings them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

DATASET_STATES = {"open": (_("takes data"), "good"), "closed": (_("closed"), "")}
DATASET_KINDS = {"table": _("Table with a key"), "events": _("Events, only added to")}
COMPATIBILITIES = {
    "none": _("Any change"),
    "backward": _("New readers read old data"),
    "forward": _("Old readers read new data"),
    "full": _("Old and new readers read all data"),
}
ON_REJECT = {
    "refuse": _("Refuse the whole file"),
    "quarantine": _("Set the wrong rows aside and take the rest"),
}
BATCH_KINDS = {
    "snapshot": _("Whole table"),
    "changes": _("Changes"),
    "append": _("Added events"),
    "recall": _("Recall of a batch"),
}
MODES = {
    "pull": _("The system fetches"),
    "webhook": _("Signed call"),
    "sink": _("Into a database"),
    "file": _("As files"),
}
SUBSCRIPTION_STATES = {
    "active": (_("delivering"), "good"),
    "paused": (_("paused"), "warn"),
    "ended": (_("ended"), ""),
}
INTERFACE_STATES = {
    "open": (_("can be called"), "good"),
    "paused": (_("paused"), "warn"),
    "closed": (_("closed"), ""),
}
INTERFACE_KINDS = {"query": _("Query"), "verify": _("Verification")}
CONNECTOR_STATES = {"active": (_("in use"), "good"), "closed": (_("closed"), "")}
CONNECTOR_KINDS = {
    "postgres": "PostgreSQL",
    "mysql": _("MySQL or MariaDB"),
    "sql": _("Another database (SQLAlchemy URL)"),
    "folder": _("Files in a folder of the hub"),
    "sftp": _("Files over SFTP"),
    "s3": _("Files in S3-style storage"),
    "http": _("Paged JSON over HTTP"),
}
KEY_STATES = {"active": (_("valid"), "good"), "revoked": (_("revoked"), "")}
CREDENTIAL_KINDS = {
    "bearer": _("be sent with each call"),
    "signing": _("sign calls"),
    "client": _("get tokens"),
}
SCOPES = {
    "read": _("look up and receive data"),
    "publish": _("publish data"),
    "signals": _("report signals"),
}
DIALECTS = {
    "national": _("National exchange platform (gjgxjhpt)"),
    "provincial": _("Provincial gateway (X-Client-Id)"),
}
HOOK_STATES = {
    "active": (_("sending"), "good"),
    "paused": (_("paused"), "warn"),
    "closed": (_("closed"), ""),
}
TYPES = {
    "string": _("Text"),
    "integer": _("Whole number"),
    "decimal": _("Decimal number"),
    "float": _("Number"),
    "boolean": _("Yes or no"),
    "date": _("Day"),
    "datetime": _("Time"),
}
RULES = {
    "unique": _("unique"),
    "type": _("type"),
    "required": _("required"),
    "length": _("at most so long"),
    "scale": _("digits behind the point"),
    "pattern": _("form of the value"),
    "minimum": _("at least"),
    "maximum": _("at most"),
    "codes": _("one of"),
    "check": _("check digit"),
    "title": _("title"),
}
CHANGES = {
    "added": (_("added"), "good"),
    "removed": (_("removed"), "bad"),
    "changed": (_("changed"), "warn"),
}
FILE_FORMATS = {
    "csv": "CSV",
    "xlsx": "Excel",
    "json": "JSON",
    "ndjson": "NDJSON",
    "parquet": "Parquet",
    "arrow": "Arrow",
}


def badge(table: dict[str, tuple[Any, str]], word: str) -> tuple[Any, str]:
    """The word's name and colour; one that is not known stands for itself."""
    return table.get(word, (word, ""))
