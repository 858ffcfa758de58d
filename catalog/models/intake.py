from django.db import models

from catalog.querysets import ImportPartQuerySet, ImportQuerySet
from catalog.states import INTAKE
from kernel.models import Row


class CatalogImport(Row):
    """A catalogue handed in as a file: checked first, then taken in or thrown away."""

    class Standing(models.TextChoices):
        """As what its entries come in."""

        DRAFT = "draft", "Drafts, to be completed and reviewed"
        IN_FORCE = "in_force", "Entries in force: a catalogue that was published elsewhere"

    # Empty: the file names the department of each entry.
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, null=True, blank=True
    )
    source = models.CharField(max_length=60)
    standing = models.CharField(max_length=8, choices=Standing, default=Standing.DRAFT)
    format = models.CharField(max_length=12)
    file_name = models.CharField(max_length=200, blank=True)
    body = models.BinaryField()
    body_digest = models.CharField(max_length=64)
    # Columns of the file to columns of the catalogue, and what its values mean here.
    mapping = models.JSONField(default=dict)
    category = models.ForeignKey(
        "catalog.Category", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=INTAKE.choices, default=INTAKE.start)
    uploaded_by = models.UUIDField()
    received = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    wrong = models.PositiveIntegerField(default=0)
    # Values put into the catalogue's words, and values that stewards wrote and that were kept.
    normalised = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    taken_at = models.DateTimeField(null=True, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    received=models.F("new")
                    + models.F("changed")
                    + models.F("unchanged")
                    + models.F("wrong")
                ),
                name="every_imported_entry_accounted_for",
            ),
        ]

    def __str__(self) -> str:
        return f"import from {self.source}"


class ImportFinding(models.Model):
    """One value of an import that is wrong, was put into our words, or was not overwritten."""

    class Kind(models.TextChoices):
        """What was found."""

        WRONG = "wrong", "Wrong"
        NORMALISED = "normalised", "Put into the catalogue's words"
        KEPT = "kept", "A steward's value was kept"

    catalog_import = models.ForeignKey(
        CatalogImport, on_delete=models.CASCADE, related_name="findings"
    )
    # The row in the sheet or file, counted from 1 as its reader sees it.
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)
    code = models.CharField(max_length=40, blank=True)
    before = models.CharField(max_length=400, blank=True)
    after = models.CharField(max_length=400, blank=True)
    detail = models.CharField(max_length=400, blank=True)

    objects = ImportPartQuerySet.as_manager()

    class Meta:
        ordering = ["line", "id"]
        indexes = [models.Index(fields=["catalog_import", "kind", "line"])]

    def __str__(self) -> str:
        return f"line {self.line}: {self.column}"


class SourceMapping(Row):
    """How a source's columns and values were mapped last time; the next import begins with it."""

    source = models.CharField(max_length=60)
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, null=True, blank=True
    )
    mapping = models.JSONField()

    objects = ImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "department"],
                nulls_distinct=False,
                name="one_mapping_per_source",
            ),
        ]

    def __str__(self) -> str:
        return f"mapping of {self.source}"
