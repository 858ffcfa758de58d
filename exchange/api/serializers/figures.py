"""Shapes of the numbers of sharing and of who supplies whom."""

from rest_framework import serializers


class DepartmentFiguresOut(serializers.Serializer):
    """One department: its counts, and its rates where there were cases."""

    department = serializers.UUIDField()
    name = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField())
    rates = serializers.DictField(child=serializers.FloatField(allow_null=True))


class StretchOut(serializers.Serializer):
    """One stretch of the period, by its first day."""

    day = serializers.DateField()
    counts = serializers.DictField(child=serializers.IntegerField())


class FiguresOut(serializers.Serializer):
    """The numbers over a period; ``step`` says how long a stretch of ``series`` is."""

    since = serializers.DateField()
    until = serializers.DateField()
    total = serializers.DictField(child=serializers.IntegerField())
    rates = serializers.DictField(child=serializers.FloatField(allow_null=True))
    step = serializers.ChoiceField(["day", "week", "month"])
    series = StretchOut(many=True)
    departments = DepartmentFiguresOut(many=True)


class FlowOut(serializers.Serializer):
    """What one department gave another."""

    provider = serializers.UUIDField()
    receiver = serializers.UUIDField()
    calls = serializers.IntegerField()
    rows = serializers.IntegerField()


class SupplyOut(serializers.Serializer):
    """Flows between departments over a period, most rows first."""

    since = serializers.DateField()
    until = serializers.DateField()
    items = FlowOut(many=True)
