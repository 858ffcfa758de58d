"""The resource 行政区划代码: written, checked by four people, published, and its data attached."""

from typing import Any

from demo.checks import same
from demo.registers import Stage
from demo.revisions import WITHHELD

NAME = "行政区划代码"
ITEMS: list[dict[str, Any]] = [
    {
        "column": "code",
        "name": "行政区划代码",
        "data_type": "C",
        "length": 6,
        "meaning": "GB/T 2260",
        "is_key": True,
        "is_required": True,
        "pattern": r"^\d{6}$",
    },
    {"column": "name", "name": "行政区划名称", "data_type": "C", "length": 60, "is_required": True},
    {
        "column": "level",
        "name": "代码层级",
        "data_type": "C",
        "length": 2,
        "is_required": True,
        "codes": ["省级", "地级", "县级"],
    },
    {"column": "parent_code", "name": "上级行政区划代码", "data_type": "C", "length": 6},
    {
        "column": WITHHELD,
        "name": "现名启用版次",
        "data_type": "C",
        "length": 7,
        "meaning": "内部校核用：现名自哪一版次起使用",
        "is_required": True,
    },
]
ENTRY: dict[str, Any] = {
    "name": NAME,
    "internal_office": "区划地名处",
    "abstract": "全国县级以上行政区划的代码、名称、层级和上级代码，按国家标准逐年修订。",
    "format_class": "database",
    "format_type": "KingbaseES",
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
# state -> who takes the next step, and the step
NEXT = {
    "draft": ("steward", "submit"),
    "returned": ("steward", "submit"),
    "submitted": ("head", "approve"),
    "approved": ("data.review", "review"),
    "reviewed": ("data.publish", "publish"),
}


def find_or_draft(
    stage: Stage, category: str, key: str, entry: dict[str, Any], items: list[dict[str, Any]]
) -> tuple[dict[str, Any], bool]:
    """The resource of a department and its system, and whether it is new."""
    steward = stage.people[f"{key}.steward"]
    mine = steward.all("/resources", department=stage.departments[key])
    found = [row for row in mine if row["name"] == entry["name"]]
    if found:
        return steward.get(f"/resources/{found[0]['id']}"), False
    body = {
        "category": category,
        "source_system": stage.systems[key],
        **entry,
        "items": items,
    }
    return steward.post("/resources", body, 201), True


def bring_into_force(
    stage: Stage, resource: dict[str, Any], key: str, columns: tuple[str, ...]
) -> list[str]:
    """Let each person take the step that is theirs until it is published; the steps taken."""
    taken = []
    path = f"/resources/{resource['id']}"
    while resource["in_progress"]:
        office, deed = NEXT[resource["in_progress"]["state"]]
        who = office if "." in office else f"{key}.{office}"
        stage.people[who].post(f"{path}/{deed}")
        taken.append(f"{deed} by {who}")
        resource = stage.people[f"{key}.steward"].get(path)
    same("the state of the resource", "published", resource["published"]["state"])
    found = tuple(item["column"] for item in resource["published"]["items"])
    same("the items in force", columns, found)
    return taken


def attach(
    stage: Stage, resource: str, key: str, schema_key: str, lookup_items: list[str]
) -> tuple[dict[str, Any], bool]:
    """The dataset of the resource, and whether it was attached now."""
    steward = stage.people[f"{key}.steward"]
    found = steward.all("/datasets", resource=resource)
    if found:
        return found[0], False
    body = {
        "resource": resource,
        "system": stage.systems[key],
        "kind": "table",
        "compatibility": "backward",
        "on_reject": "refuse",
        "is_queryable": True,
        "lookup_items": lookup_items,
    }
    dataset = steward.post("/datasets", body, 201)
    same("the key of the schema", [schema_key], dataset["schema"]["key"])
    same("batches of a new dataset", 0, dataset["last_number"])
    return dataset, True
