"""Examples of the API document: sync jobs."""

from drf_spectacular.utils import OpenApiExample

_ID = "019ab0c2-7d10-7c3e-9a51-2f6d3c8e1b{:02d}"

SCHEDULE = [
    OpenApiExample(
        "by watermark, every 15 minutes",
        request_only=True,
        value={
            "dataset": _ID.format(2),
            "connector": _ID.format(31),
            "name": "婚姻登记库增量汇聚",
            "source": "civil.marriage",
            "mapping": {"code": "xzqh", "name": "mc"},
            "mode": "incremental",
            "watermark": "updated_at",
            "overlap": 300,
            "schedule": "every 15m",
            "reconcile": "30 2 * * 6",
        },
    )
]
CHANGE = [OpenApiExample("at night only", request_only=True, value={"schedule": "0 1 * * *"})]
PAUSE = [OpenApiExample("maintenance", request_only=True, value={"reason": "源库升级停机"})]
