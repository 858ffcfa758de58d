"""Who plays the story of the left-behind children, and what their departments have to share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo import families
from demo.cast import Body, Machine, Person
from demo.census import DEPARTMENTS as CENSUS

PURPOSE = "child-protection"
POLICE = Body("示例省公安厅", "省公安厅", "11990000MB9002045C")
DEPARTMENTS = {
    "police": POLICE,
    **{key: CENSUS[key] for key in ("education", "labour", "health")},
}
_OFFICES = {
    "police": "公安厅",
    "education": "教育厅",
    "labour": "人社厅",
    "health": "卫健委",
}
PEOPLE = [
    person
    for key, short in _OFFICES.items()
    for person in (
        Person(f"{key}.admin", f"{short}管理员", key, ("department_admin",)),
        Person(f"{key}.steward", f"{short}数据管理员", key, ("steward",)),
        Person(f"{key}.head", f"{short}共享负责人", key, ("head",)),
    )
]
READER = "children"
SYSTEMS = {
    READER: Machine(
        "civil", "示例省儿童福利信息系统", "查找和帮扶农村留守儿童、困境儿童。", PURPOSE
    ),
    "police": Machine("police", "示例省人口信息管理系统", "管理户籍登记。"),
    "education": Machine("education", "示例省学籍管理系统", "管理中小学生学籍。"),
    "labour": Machine("labour", "示例省农民工信息系统", "登记外出务工人员。"),
    "health": Machine("health", "示例省妇幼健康信息系统", "管理儿童健康体检。"),
}
CATEGORIES: list[tuple[str, str, str | None]] = [
    ("3070990101", "公安厅", "30709901"),
    ("3070990102", "教育厅", "30709901"),
    ("3070990103", "人力资源和社会保障厅", "30709901"),
    ("3070990104", "卫生健康委员会", "30709901"),
]


def _item(column: str, name: str, data_type: str = "C", **more: Any) -> dict[str, Any]:
    length = {"length": 60} if data_type == "C" else {}
    return {
        "column": column,
        "name": name,
        "data_type": data_type,
        "sensitivity": "personal",
        **length,
        **more,
    }


def _number(column: str, name: str, **more: Any) -> dict[str, Any]:
    return _item(column, name, length=18, check_digit="citizen-id", is_required=True, **more)


def _key(column: str, name: str) -> dict[str, Any]:
    return _number(column, name, is_key=True)


@dataclass(frozen=True)
class Source:
    """What a department shares: its resource, whose records the story makes up."""

    department: str
    category: str
    name: str
    abstract: str
    office: str
    items: list[dict[str, Any]]
    records: Callable[[], list[families.Record]]

    @property
    def columns(self) -> list[str]:
        """Every item, the key first."""
        return [item["column"] for item in self.items]

    @property
    def entry(self) -> dict[str, Any]:
        """The catalogue's elements."""
        return {
            "name": self.name,
            "internal_office": self.office,
            "abstract": self.abstract,
            "format_class": "database",
            "format_type": "KingbaseES",
            "share_type": "conditional",
            "share_condition": "用于未成年人保护、社会救助等法定职责，按最小必要提供",
            "share_scope": "县级以上人民政府民政部门",
            "use_purpose": "查找、核对和帮扶农村留守儿童",
            "share_modes": ["interface", "database"],
            "open_to_public": False,
            "update_cycle": "monthly",
            "data_class": "公共管理数据",
            "data_grade": "general",
            "secrecy_assessment": "不涉及国家秘密和工作秘密，可以共享。",
            "privacy_assessment": "含未成年人信息；限定系统、用途和数据项后风险可控。",
            **CENSUS,
        }


# The six numbers of the census (大普查): GB, and records in 万.
CENSUS = {
    "storage_gb": "0.01",
    "records_wan": "0.04",
    "shared_storage_gb": "0",
    "shared_records_wan": "0",
    "opened_storage_gb": "0",
    "opened_records_wan": "0",
}
SOURCES = {
    source.department: source
    for source in (
        Source(
            "police",
            "3070990101",
            "户籍人口基准信息",
            "户籍登记的人员、出生日期、户籍地和父母关系。",
            "人口管理处",
            [
                _key("citizen_id", "公民身份号码"),
                _item("name", "姓名"),
                _item("born", "出生日期", "D"),
                _item("division", "户籍地行政区划", length=6),
                _number("father_id", "父亲公民身份号码"),
                _number("mother_id", "母亲公民身份号码"),
            ],
            families.households,
        ),
        Source(
            "education",
            "3070990102",
            "在校学生学籍信息",
            "中小学在校学生的学校和寄宿情况。",
            "基础教育处",
            [
                _key("citizen_id", "公民身份号码"),
                _item("school", "学校名称"),
                _item("boards", "是否寄宿", "L"),
                _item("guardian_phone", "监护人联系电话", length=20),
            ],
            families.pupils,
        ),
        Source(
            "labour",
            "3070990103",
            "农民工外出务工信息",
            "登记的外出务工人员、户籍地和务工地点。",
            "农民工工作处",
            [
                _key("worker_id", "公民身份号码"),
                _item("name", "姓名"),
                _item("home_division", "户籍地行政区划", length=6),
                _item("work_province", "务工地省级代码", length=2),
                _item("work_place", "务工地点"),
                _item("phone", "联系电话", length=20),
                _item("employer", "用人单位"),
                _item("wage", "月工资", "N", length=10, scale=2, sensitivity="sensitive"),
            ],
            families.workers,
        ),
        Source(
            "health",
            "3070990104",
            "儿童健康体检信息",
            "儿童健康体检的时间、结论和诊断。",
            "妇幼健康处",
            [
                _key("citizen_id", "公民身份号码"),
                _item("examined_on", "体检日期", "D", sensitivity="sensitive"),
                _item("result", "体检结论", length=20, sensitivity="sensitive"),
                _item("diagnosis", "诊断", sensitivity="sensitive"),
            ],
            families.examinations,
        ),
    )
}
