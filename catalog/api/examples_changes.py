"""Examples of what happens to resources, for the API document; places and people are fictional."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

_ID = "01936f60-0000-7000-8000-0000000000{:02d}"
_CLASS = "01936f60-0000-7000-8000-000000030702"


def _body(name: str, value: object) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


def _answer(name: str, value: object) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True)


_IDS = {"ids": [_ID.format(1), _ID.format(2)]}
_DONE: dict[str, Any] = {
    "id": _ID.format(1),
    "done": True,
    "state": "published",
    "number": 1,
    "code": "307024/12",
}
_REFUSED: dict[str, Any] = {
    "id": _ID.format(2),
    "done": False,
    "problem": {
        "status": 409,
        "code": "illegal-move",
        "title": "This step is not possible from here",
        "detail": "cannot publish from approved",
        "move": "publish",
        "state": "approved",
        "possible": ["review", "return"],
    },
}

PLACE = [_body("A further class", {"category": _CLASS})]
NAME_SOURCE = [
    _body(
        "The department that knows it first",
        {
            "column": "name",
            "source_department": _ID.format(3),
            "reason": "居民姓名以户籍登记为准。",
        },
    )
]
BULK_EXAMPLES = {
    "submit": [_body("Two drafts", _IDS)],
    "approve": [_body("Two entries", _IDS)],
    "review": [_body("Two entries", _IDS)],
    "publish": [
        _body("Two entries", _IDS),
        _answer("One of two", {"done": 1, "refused": 1, "results": [_DONE, _REFUSED]}),
    ],
    "return_": [_body("Two entries", {**_IDS, "reason": "摘要未说明数据的时间范围。"})],
}
COMMENT_EXAMPLES = {
    "create": [
        _body(
            "On a length",
            {"pointer": "/items/0/length", "text": "代码为12位时长度应为12，请核对。"},
        )
    ],
    "resolve_": [_body("Nothing to say", {})],
}
ADJUSTMENT_EXAMPLES = {
    "create": [
        _body(
            "Duties moved",
            {
                "resource": _ID.format(1),
                "cause": "duties",
                "document": "示例机编〔2025〕18号",
                "happened_on": "2025-09-25",
                "note": "区划管理职责增加乡级代码。",
            },
        )
    ]
}
DIFFERENCE_EXAMPLES = {
    "diff": [
        _answer(
            "A cycle and a longer item",
            {
                "before": {
                    "id": _ID.format(11),
                    "number": 1,
                    "state": "superseded",
                    "change_message": "",
                    "published_at": "2026-03-03T16:05:00+08:00",
                },
                "after": {
                    "id": _ID.format(12),
                    "number": 2,
                    "state": "published",
                    "change_message": "增加乡级代码。",
                    "published_at": "2026-06-01T10:00:00+08:00",
                },
                "metadata": [{"field": "update_cycle", "before": "yearly", "after": "half_yearly"}],
                "items": {
                    "added": [],
                    "removed": [],
                    "changed": [
                        {
                            "column": "code",
                            "name": "行政区划代码",
                            "changes": [{"field": "length", "before": 6, "after": 12}],
                        }
                    ],
                    "moved": [],
                },
            },
        )
    ]
}
FEEDBACK_EXAMPLES = {
    "create": [
        _body(
            "A wrong address",
            {
                "resource": _ID.format(1),
                "text": "第三条登记机关的地址已经变更。",
                "contact": "someone@example.org",
            },
        )
    ],
    "settle": [_body("Corrected", {"outcome": "已核实并更正。"})],
}
