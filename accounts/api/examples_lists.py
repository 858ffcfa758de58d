"""Examples of the API document: saved lists."""

from drf_spectacular.utils import OpenApiExample

SAVED_LIST_EXAMPLES = {
    "create": [
        OpenApiExample(
            "Running systems of one department",
            value={
                "address": "/systems",
                "title": "在用系统",
                "state": "state=in_operation&sort=name",
            },
            request_only=True,
        )
    ]
}
