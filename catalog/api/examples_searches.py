"""Examples of the API document: search."""

from drf_spectacular.utils import OpenApiExample

SAVED_SEARCH_EXAMPLES = {
    "create": [
        OpenApiExample(
            "Overdue health data",
            value={
                "name": "卫生健康超期目录",
                "parameters": {"q": "医疗机构", "is_overdue": "true", "sort": "-published_at"},
            },
            request_only=True,
        )
    ],
    "partial_update": [
        OpenApiExample("Another name", value={"name": "医疗机构"}, request_only=True)
    ],
}
SYNONYM_EXAMPLES = {
    "create": [
        OpenApiExample(
            "Words for one thing", value={"words": ["公积金", "住房公积金"]}, request_only=True
        )
    ],
    "partial_update": [
        OpenApiExample(
            "One word more",
            value={"words": ["公积金", "住房公积金", "房积金"]},
            request_only=True,
        )
    ],
}
