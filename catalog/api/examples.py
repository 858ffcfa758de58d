"""Real content for the API's document: the division codes of a civil affairs department."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

from catalog.api.examples_changes import NAME_SOURCE, PLACE

CATEGORY = {"code": "307024", "name": "四川省", "parent": "01936f60-0000-7000-8000-000000000307"}
ITEMS: list[dict[str, Any]] = [
    {
        "column": "code",
        "name": "行政区划代码",
        "data_type": "C",
        "length": 6,
        "meaning": "GB/T 2260",
        "is_key": True,
        "is_required": True,
        "pattern": r"\d{6}",
    },
    {
        "column": "name",
        "name": "行政区划名称",
        "data_type": "C",
        "length": 60,
        "is_required": True,
    },
    {
        "column": "level",
        "name": "行政级别",
        "data_type": "C",
        "length": 1,
        "meaning": "1 省级, 2 地级, 3 县级",
        "is_required": True,
        "codes": ["1", "2", "3"],
    },
    {"column": "parent_code", "name": "上级行政区划代码", "data_type": "C", "length": 6},
    {"column": "revised_on", "name": "修订日期", "data_type": "D"},
]
METADATA: dict[str, Any] = {
    "name": "行政区划代码",
    "internal_office": "区划地名处",
    "abstract": "全省县级以上行政区划的代码、名称、级别和上级区划，按民政部公布的变更逐年修订。",
    "format_class": "database",
    "format_type": "mysql",
    "share_type": "unconditional",
    "share_condition": "无条件",
    "share_modes": ["interface", "database"],
    "open_to_public": True,
    "open_condition": "普遍开放",
    "update_cycle": "yearly",
    "data_class": "公共管理数据",
    "data_grade": "general",
    "secrecy_assessment": "不涉及国家秘密和工作秘密，可以共享。",
}
RESOURCE = {"category": "01936f60-0000-7000-8000-000000030702", **METADATA, "items": ITEMS}

_PUBLISHED = {
    "id": "01936f60-0000-7000-8000-00000000e001",
    "number": 1,
    "state": "published",
    "change_message": "",
    **METADATA,
    "format_note": "",
    "source_system": None,
    "share_scope": "",
    "use_purpose": "",
    "grade_note": "",
    "refusal_reason": "",
    "legal_basis": "",
    "privacy_assessment": "",
    "storage_gb": "0.0200",
    "records_wan": "0.3200",
    "shared_storage_gb": "0.0200",
    "shared_records_wan": "0.3200",
    "opened_storage_gb": "0.0200",
    "opened_records_wan": "0.3200",
    "released_on": "2026-03-03",
    "related_codes": [],
    "keywords": ["行政区划", "区划代码"],
    "theme": "",
    "industry": "",
    "landing_url": "",
    "contact": "",
    "collection_reason": "",
    "return_reason": "",
    "approved_at": "2026-03-02T09:20:00+08:00",
    "published_at": "2026-03-03T16:05:00+08:00",
    "withdrawn_at": None,
    "withdrawal_reason": "",
    "items": [
        {
            "position": place,
            "scale": None,
            "length": None,
            "meaning": "",
            "is_key": False,
            "is_required": False,
            "pattern": "",
            "codes": [],
            "code_list": None,
            "element": None,
            "source_department": None,
            "check_digit": "",
            "sensitivity": "none",
            "share_type": "",
            **item,
        }
        for place, item in enumerate(ITEMS, start=1)
    ],
}
_ANSWER = {
    "id": "01936f60-0000-7000-8000-00000000a001",
    "code": "307024/1",
    "department": {
        "id": "01936f60-0000-7000-8000-00000000d001",
        "name": "示例省民政厅",
        "credit_code": "11990000MB9002969X",
    },
    "category": {
        "id": "01936f60-0000-7000-8000-000000030702",
        "code": "307024",
        "name": "四川省",
    },
    "placements": [],
    "is_attached": False,
    "data_updated_at": None,
    "published": _PUBLISHED,
    "in_progress": None,
}


def _body(name: str, value: object) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


CATEGORY_EXAMPLES = {
    "create": [_body("A class of the third level", CATEGORY)],
    "load": [
        _body(
            "The top of the tree",
            {
                "categories": [
                    {"code": "3", "name": "部门政务信息资源目录"},
                    {"code": "307", "name": "省（自治区、直辖市）和计划单列市"},
                    {"code": "307024", "name": "四川省"},
                ]
            },
        )
    ],
}
RESOURCE_EXAMPLES = {
    "create": [_body("Division codes", RESOURCE)],
    "partial_update": [_body("Another cycle", {"update_cycle": "half_yearly"})],
    "revise": [_body("Why", {"change_message": "2026年部分县级区划调整，增加修订文号。"})],
    "return_": [_body("What to mend", {"reason": "摘要未说明数据的时间范围。"})],
    "withdraw": [_body("Why", {"reason": "职责划转，由省自然资源厅提供。"})],
    "place": PLACE,
    "unplace": PLACE,
    "name_source": NAME_SOURCE,
    "retrieve": [OpenApiExample("In force", value=_ANSWER, response_only=True)],
}
