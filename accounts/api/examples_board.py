"""Examples of the board of deadlines and of what duties took."""

from drf_spectacular.utils import OpenApiExample

BOARD = [
    OpenApiExample(
        "Two departments",
        value={
            "as_of": "2026-03-12",
            "items": [
                {
                    "department": "01948f3e-6d1c-7c52-a7b4-0a6f3f3f9c11",
                    "department_name": "示例省教育厅",
                    "running": 3,
                    "warning": 1,
                    "overdue": 2,
                    "asking": 1,
                    "next_due_on": "2026-03-09",
                    "kinds": {"C4": {"overdue": 2, "running": 3}, "C5": {"warning": 1}},
                }
            ],
        },
        response_only=True,
    )
]
DURATIONS = [
    OpenApiExample(
        "A year",
        value={
            "since": "2025-03-12",
            "until": "2026-03-12",
            "items": [
                {
                    "kind": "C4",
                    "article": "21(1)",
                    "duty": "answer a request for conditionally shared data",
                    "is_statutory": True,
                    "met": 120,
                    "in_time": 114,
                    "on_time_rate": 0.95,
                    "allowed_mean": 10.4,
                    "actual_mean": 5.2,
                    "actual_median": 4,
                    "actual_most": 17,
                }
            ],
        },
        response_only=True,
    )
]
EXTENSION_ASKED = [
    OpenApiExample(
        "Five more days",
        value={"workdays": 5, "reason": "需与省档案馆核对1998年以前的纸质档案"},
        request_only=True,
    )
]
EXTENSION_DECLINED = [
    OpenApiExample("Not enough", value={"reason": "理由不足，请按期答复"}, request_only=True)
]
NOTICES_READ = [
    OpenApiExample("Up to now", value={"until": "2026-03-12T10:00:00+08:00"}, request_only=True)
]
