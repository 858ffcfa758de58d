from django.contrib.postgres.fields import ArrayField
from django.db import models

from catalog.querysets import KnownQuerySet
from catalog.vocabulary import ItemType
from kernel.models import Row


class CodeList(Row):
    """A list of codes that items take their values from: a national standard or a local list."""

    # As it is cited: "GB/T 2260", "GB/T 3304", or a local name.
    identifier = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    # Empty for national lists.
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, null=True, blank=True
    )
    current = models.ForeignKey(
        "catalog.CodeListVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = KnownQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.identifier} {self.name}"


class CodeListVersion(Row):
    """The codes of a list from a day on; never changed, only followed by the next version."""

    code_list = models.ForeignKey(CodeList, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    effective_on = models.DateField()
    change_message = models.CharField(max_length=400)
    # Of equal length; a name stands where its code stands.
    codes = ArrayField(models.CharField(max_length=40))
    names = ArrayField(models.CharField(max_length=200))

    objects = KnownQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code_list", "number"], name="one_code_list_number"),
        ]

    def __str__(self) -> str:
        return f"{self.code_list_id} v{self.number}"

    @property
    def pairs(self) -> dict[str, str]:
        """The codes with their names, in the list's order."""
        return dict(zip(self.codes, self.names, strict=True))


class DataElement(Row):
    """A data element (数据元): what an item means, wherever it is collected."""

    identifier = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    definition = models.CharField(max_length=400, blank=True)
    standard = models.CharField(max_length=120, blank=True)
    data_type = models.CharField(max_length=4, choices=ItemType)
    length = models.PositiveIntegerField(null=True, blank=True)
    code_list = models.ForeignKey(
        CodeList, on_delete=models.PROTECT, null=True, blank=True, related_name="elements"
    )
    # Other names under which departments write it.
    synonyms = ArrayField(models.CharField(max_length=120), default=list, blank=True)

    objects = KnownQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.identifier} {self.name}"
