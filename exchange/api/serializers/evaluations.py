"""Shape of the evaluation of departments."""

from rest_framework import serializers

from exchange.evaluation import Dimension


class IndicatorOut(serializers.Serializer):
    """An indicator and its formula."""

    code = serializers.CharField()
    dimension = serializers.ChoiceField([(one.value, one.value) for one in Dimension])
    title = serializers.CharField()
    formula_zh = serializers.CharField()
    formula_en = serializers.CharField()


class ValueOut(serializers.Serializer):
    """A share with its counts; null where there were no cases."""

    part = serializers.IntegerField()
    whole = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)


class TrafficOut(serializers.Serializer):
    """Deliveries and rows in the period."""

    uses_provided = serializers.IntegerField(default=0)
    rows_provided = serializers.IntegerField(default=0)
    uses_received = serializers.IntegerField(default=0)
    rows_received = serializers.IntegerField(default=0)


class DepartmentEvaluationOut(serializers.Serializer):
    """One department."""

    department = serializers.UUIDField()
    name = serializers.CharField()
    score = serializers.FloatField(allow_null=True, help_text="0 to 100")
    dimensions = serializers.DictField(child=serializers.FloatField(allow_null=True))
    values = serializers.DictField(child=ValueOut())
    traffic = TrafficOut()


class EvaluationsOut(serializers.Serializer):
    """The evaluation over a period, with what each number means."""

    since = serializers.DateField()
    until = serializers.DateField()
    indicators = IndicatorOut(many=True)
    formula_zh = serializers.CharField()
    formula_en = serializers.CharField()
    departments = DepartmentEvaluationOut(many=True)
