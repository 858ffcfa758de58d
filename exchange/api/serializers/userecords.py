from rest_framework import serializers

from exchange.models import UseRecord
from kernel.api import In


class UseRecordIn(In):
    """How what was received was used, from the first to the last day of a period."""

    grant = serializers.UUIDField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    scenario = serializers.CharField(max_length=400, help_text="使用场景")
    process = serializers.CharField(max_length=1000, help_text="使用过程")
    effect = serializers.CharField(max_length=1000, help_text="应用成效")
    storage = serializers.CharField(max_length=400, help_text="存储情况")
    disposal = serializers.CharField(max_length=400, required=False, help_text="销毁情况")
    keep_until = serializers.DateField(
        required=False, help_text="Later than the three years that the law wants."
    )


class UseRecordOut(serializers.ModelSerializer):
    """A record of use; never changed, and kept until its day."""

    class Meta:
        model = UseRecord
        fields = (
            "id",
            "grant",
            "edition",
            "department",
            "starts_on",
            "ends_on",
            "scenario",
            "process",
            "effect",
            "storage",
            "disposal",
            "keep_until",
            "created_at",
        )
