from django.db import models
from django.db.models import Q

from exchange.querysets import ConnectorQuerySet
from exchange.states import CONNECTOR
from kernel.models import Row


class Connector(Row):
    """A place outside that a department's data is read from: a database, a folder, an interface."""

    class Kind(models.TextChoices):
        """How it is spoken to."""

        POSTGRES = "postgres", "PostgreSQL"
        MYSQL = "mysql", "MySQL or MariaDB"
        SQL = "sql", "Another database, by SQLAlchemy URL"
        FOLDER = "folder", "Files in a folder of the hub"
        SFTP = "sftp", "Files over SFTP"
        S3 = "s3", "Files in S3-style storage"
        HTTP = "http", "Paged JSON over HTTP"

    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT)
    system = models.ForeignKey(
        "accounts.InformationSystem", on_delete=models.PROTECT, related_name="connectors"
    )
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)
    # What may be shown: host, port, database, user, root, bucket, address; by kind.
    options = models.JSONField(default=dict)
    # What may not: sealed with SEALING_KEYS, a JSON object of secrets by name.
    sealed = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=CONNECTOR.choices, default=CONNECTOR.start)
    tested_at = models.DateTimeField(null=True, blank=True)
    # Empty: the last test went well.
    test_error = models.CharField(max_length=400, blank=True)

    objects = ConnectorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["department", "name"],
                condition=Q(state="active"),
                name="one_connector_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name
