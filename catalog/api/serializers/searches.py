"""Shapes of search: its results with facets, saved searches, synonyms."""

from typing import Any

from rest_framework import serializers

from catalog.models import SavedSearch, SynonymSet
from catalog.search.parameters import NAMES
from kernel.api import In


class HitDepartmentOut(serializers.Serializer):
    """The department by its key and name."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class HitClassOut(serializers.Serializer):
    """The class by its code and name."""

    code = serializers.CharField()
    name = serializers.CharField()


class MarkedOut(serializers.Serializer):
    """A text and the places that answer, each as start and end counted in characters."""

    text = serializers.CharField()
    marks = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), min_length=2, max_length=2)
    )


class HitOut(serializers.Serializer):
    """An entry in force in brief."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    department = HitDepartmentOut()
    category = HitClassOut()
    share_type = serializers.CharField()
    update_cycle = serializers.CharField()
    format_class = serializers.CharField()
    is_open = serializers.BooleanField()
    is_attached = serializers.BooleanField()
    fresh_until = serializers.DateField(allow_null=True)
    completeness = serializers.IntegerField()
    published_at = serializers.DateTimeField(allow_null=True)


class HighlightsOut(serializers.Serializer):
    """Where an entry answers."""

    name = MarkedOut()
    abstract = MarkedOut()
    items = serializers.ListField(child=serializers.CharField())


class ResultOut(HitOut):
    """An entry that answers, with the places to mark."""

    highlights = HighlightsOut()


class FacetOut(serializers.Serializer):
    """A value that results can be narrowed to, and how many there would be."""

    value = serializers.JSONField()
    label = serializers.CharField()
    count = serializers.IntegerField()


class FacetsOut(serializers.Serializer):
    """Values by facet, the most first; of departments the first fifty."""

    department = FacetOut(many=True)
    category = FacetOut(many=True)
    share_type = FacetOut(many=True)
    update_cycle = FacetOut(many=True)
    format_class = FacetOut(many=True)
    is_open = FacetOut(many=True)
    is_attached = FacetOut(many=True)
    is_overdue = FacetOut(many=True)


class SearchOut(serializers.Serializer):
    """A page of results and what is known of all of them."""

    items = ResultOut(many=True)
    total = serializers.IntegerField()
    facets = FacetsOut()
    # True where few entries or none have all the words, and near ones are given too.
    is_forgiving = serializers.BooleanField()
    did_you_mean = serializers.CharField(allow_null=True)
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()


class SimilarEntryOut(HitOut):
    """An entry about the same, with how alike the names are, 0 to 1."""

    likeness = serializers.FloatField()


class SimilarEntriesOut(serializers.Serializer):
    """Entries about the same, the likest first."""

    items = SimilarEntryOut(many=True)


class ParametersField(serializers.DictField):
    """The parameters of a search by name, as they stand in its address."""

    child = serializers.CharField(max_length=2000, allow_blank=True)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """The parameters; one that search does not take is refused."""
        values: dict[str, str] = super().to_internal_value(data)
        unknown = sorted(set(values) - set(NAMES))
        if unknown:
            raise serializers.ValidationError(
                f"search takes no {unknown[0]!r}; it takes: {', '.join(NAMES)}", "unknown-field"
            )
        return values


class SavedSearchIn(In):
    """A search to keep."""

    name = serializers.CharField(max_length=60)
    parameters = ParametersField()


class SavedSearchOut(serializers.ModelSerializer):
    """A kept search."""

    class Meta:
        model = SavedSearch
        fields = ("id", "name", "parameters", "created_at", "updated_at")


class SynonymIn(In):
    """Words that mean the same."""

    words = serializers.ListField(
        child=serializers.CharField(max_length=60), min_length=2, max_length=50
    )


class SynonymOut(serializers.ModelSerializer):
    """A set of synonyms."""

    class Meta:
        model = SynonymSet
        fields = ("id", "words", "created_at", "updated_at")
