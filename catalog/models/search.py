from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from catalog.querysets import KnownQuerySet, OwnSearchQuerySet
from kernel.models import Row


class SearchDocument(models.Model):
    """What search knows of a resource in force: its words, and what results are narrowed by.

    Written by the deeds that change a resource, rebuilt by ``manage.py search rebuild``.
    """

    resource = models.OneToOneField(
        "catalog.Resource", on_delete=models.CASCADE, primary_key=True, related_name="document"
    )
    entry = models.ForeignKey("catalog.Entry", on_delete=models.CASCADE, related_name="+")
    # Lexemes of catalog.search.words, whose marks say whether they are of the name.
    words = SearchVectorField()
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120)
    # Shorter names that hold the words asked for are about less besides: they come first.
    name_length = models.PositiveSmallIntegerField()
    department = models.ForeignKey("accounts.Department", on_delete=models.CASCADE, db_index=False)
    category = models.ForeignKey("catalog.Category", on_delete=models.CASCADE, related_name="+")
    # Share type, update cycle, format and openness as one number (catalog.search.traits), so that
    # the matches of a search are counted by all of them at once.
    traits = models.PositiveSmallIntegerField()
    is_attached = models.BooleanField(default=False)
    # The last day on which the data is as fresh as its cycle promises; empty: no promise.
    fresh_until = models.DateField(null=True, blank=True)
    # 0 to 100, and the reasons for what is missing, as codes.
    completeness = models.PositiveSmallIntegerField(default=0)
    gaps = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = KnownQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["words"], name="search_words"),
            GinIndex(fields=["name_key"], name="search_name_trigrams", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["name_key", "resource"], name="search_by_name"),
            models.Index(fields=["published_at", "resource"], name="search_by_day"),
            models.Index(fields=["fresh_until"]),
            # Departments' numbers are counted from the index alone.
            models.Index(
                fields=["department"],
                include=["traits", "is_attached", "fresh_until", "completeness", "gaps"],
                name="search_counted",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SynonymSet(Row):
    """Words that search takes for one another."""

    words = ArrayField(models.CharField(max_length=60))

    objects = KnownQuerySet.as_manager()

    def __str__(self) -> str:
        return "、".join(self.words)


class SavedSearch(Row):
    """A search that somebody wants to make again."""

    member_id = models.UUIDField(db_index=True)
    name = models.CharField(max_length=60)
    # The parameters of the search, as they stand in its address.
    parameters = models.JSONField()

    objects = OwnSearchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member_id", "name"], name="one_saved_search_name"),
        ]

    def __str__(self) -> str:
        return self.name
