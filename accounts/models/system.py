from django.db import models

from accounts.querysets import OwnedQuerySet
from accounts.states import SYSTEM
from kernel.models import Row


class InformationSystem(Row):
    """An information system of a department (政务信息系统), registered under 国办发〔2017〕39号."""

    class Network(models.TextChoices):
        """The network that carries the system."""

        DEDICATED = "dedicated", "Dedicated network"
        EXTRANET = "extranet", "Government extranet"
        INTRANET = "intranet", "Government intranet"
        INTERNET = "internet", "Internet"
        OTHER = "other", "Other"

    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="systems"
    )
    name = models.CharField(max_length=120)
    function = models.TextField(max_length=2000)
    network = models.CharField(max_length=10, choices=Network, default=Network.EXTRANET)
    state = models.CharField(max_length=20, choices=SYSTEM.choices, default=SYSTEM.start)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["department", "name"], name="one_system_name_each"),
        ]

    def __str__(self) -> str:
        return self.name
