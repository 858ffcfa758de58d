"""Who plays: departments of the fictional province 示例省, their people and their systems."""

from dataclasses import dataclass

OPERATIONS = "operations"  # the platform's own department, which the launcher made


@dataclass(frozen=True)
class Body:
    """A department: credit codes have right check characters but belong to nobody."""

    name: str
    short_name: str
    credit_code: str
    kind: str = "C"
    division_code: str = "990000"


@dataclass(frozen=True)
class Person:
    """Somebody who signs in."""

    username: str
    name: str
    department: str
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Machine:
    """An information system."""

    department: str
    name: str
    function: str
    purpose: str = ""  # what it reads others' data for: each of its calls says so


OFFICE = Body("示例省人民政府办公厅", "省政府办公厅", "11990000MB9000373U")
DEPARTMENTS = {
    "civil": Body("示例省民政厅", "省民政厅", "11990000MB9002969X"),
    "tax": Body("国家税务总局示例省税务局", "省税务局", "11990000MB90107310", "G", "100000"),
    "authority": Body("示例省数据局", "省数据局", "11990000MB90103609"),
}
# Two people for what one may not do alone: submit and approve, review and publish, ask and agree.
PEOPLE = [
    Person("security", "安全管理员", OPERATIONS, ("security_admin",)),
    Person("auditor", "安全审计员", OPERATIONS, ("auditor",)),
    Person("data.review", "数据局审核员", "authority", ("authority",)),
    Person("data.publish", "数据局发布员", "authority", ("authority",)),
    Person("civil.admin", "民政厅管理员", "civil", ("department_admin",)),
    Person("civil.steward", "民政厅数据管理员", "civil", ("steward",)),
    Person("civil.head", "民政厅共享负责人", "civil", ("head",)),
    Person("tax.admin", "税务局管理员", "tax", ("department_admin",)),
    Person("tax.steward", "税务局数据管理员", "tax", ("steward",)),
    Person("tax.head", "税务局共享负责人", "tax", ("head",)),
]
# Department admins add these two themselves; platform roles and admins are the operator's.
OWN_ROLES = {"steward", "head"}
SYSTEMS = {
    "civil": Machine("civil", "示例省区划地名信息系统", "管理全省行政区划代码及其变更。"),
    "tax": Machine(
        "tax", "示例省税务登记管理系统", "办理税务登记，核对注册地行政区划。", "tax-registration"
    ),
}
CATEGORIES: list[tuple[str, str, str | None]] = [
    ("3", "部门政务信息资源目录", None),
    ("307", "省（自治区、直辖市）和计划单列市", "3"),
    ("307099", "示例省", "307"),
    ("30709901", "省级部门", "307099"),
    ("3070990109", "民政厅", "30709901"),
]
CATEGORY = "3070990109"
