from django.db import models

from accounts.querysets import DepartmentQuerySet
from kernel.models import Row


class Department(Row):
    """A department of this government (政务部门), one node of the tree of departments."""

    class Kind(models.TextChoices):
        """Kinds of organisation, with the letters that registers use."""

        PARTY = "A", "Party committee"
        CONGRESS = "B", "People's congress"
        GOVERNMENT = "C", "Government department"
        CONSULTATIVE = "D", "Consultative conference"
        COURT = "E", "Court"
        PROCURATORATE = "F", "Procuratorate"
        VERTICAL = "G", "Vertically managed body"
        MASS = "I", "Mass organisation"
        INSTITUTION = "J", "Public institution"
        TOWNSHIP = "X", "Township"
        OTHER = "Z", "Other"

    name = models.CharField(max_length=120, unique=True)
    short_name = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=1, choices=Kind, default=Kind.GOVERNMENT)
    # GB 32100-2015; government departments begin with 11, institutions with 12.
    credit_code = models.CharField(max_length=18, unique=True)
    division_code = models.CharField(max_length=12)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    is_active = models.BooleanField(default=True)

    objects = DepartmentQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
