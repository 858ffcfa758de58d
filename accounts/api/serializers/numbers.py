"""Shape of the register's numbers."""

from typing import Any

from rest_framework import serializers


def _counts(about: str) -> Any:
    return serializers.DictField(child=serializers.IntegerField(), help_text=about)


class SectionsOut(serializers.Serializer):
    """Numbers by section; money in 万元, as decimal texts."""

    systems = _counts("registered, living, running today; started and stopped in the year")
    states = _counts("systems by state")
    networks = _counts("living systems by network")
    ages = _counts("living systems by years of operation")
    money = serializers.DictField(
        child=serializers.CharField(),
        help_text=(
            "investment and yearly maintenance of living systems, how many have no known"
            " maintenance cost; what the year's completed cases and merges freed a year"
        ),
    )
    filings = _counts("systems by filing state")
    levels = _counts("living systems by the level of their verdict")
    cases = _counts("zombie cases: the year's steps; open and overdue today")
    merges = _counts("merge proposals of the year; open today")
    connection = _counts("running systems that exchanged in 90 days, or did not")


class DepartmentNumbersOut(SectionsOut):
    """The numbers of one department."""

    department = serializers.UUIDField()
    name = serializers.CharField()


class NumbersOut(serializers.Serializer):
    """The numbers that the caller may see, overall and by department."""

    year = serializers.IntegerField()
    as_of = serializers.DateField()
    total = SectionsOut()
    departments = DepartmentNumbersOut(many=True)
