"""Twelve families of the fictional 示例省, in the registers of four departments.

Nobody of them exists: the divisions 990102, 990111 and 990202 are no places.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

HOME, ELSEWHERE = "99", ("44", "33", "32")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
Record = dict[str, Any]


@dataclass(frozen=True)
class Family:
    """A child, where it lives, and in which provinces its father and its mother work."""

    child: str
    born: str
    division: str
    father: str
    mother: str
    school: str = "示例希望小学"


FAMILIES = [
    Family("王小满", "2016-05-21", "990102", "44", "44"),
    Family("李谷雨", "2017-04-20", "990102", "33", "44"),
    Family("张立夏", "2015-05-06", "990111", "44", HOME),
    Family("陈白露", "2018-09-08", "990111", "32", "32", "示例第二小学"),
    Family("杨秋分", "2014-09-23", "990102", HOME, HOME, "示例初级中学"),
    Family("赵惊蛰", "2019-03-06", "990111", "44", "33", "示例第二小学"),
    Family("周霜降", "2003-10-24", "990102", "44", "44", ""),
    Family("吴小寒", "2015-01-06", "990202", "44", "44", "示例第三小学"),
    Family("郑大雪", "2016-12-07", "990202", "33", HOME, "示例第三小学"),
    Family("孙清明", "2017-04-05", "990102", HOME, "33"),
    Family("何芒种", "2018-06-06", "990111", HOME, HOME, "示例第二小学"),
    Family("马冬至", "2014-12-22", "990202", "32", "44", "示例初级中学"),
]


def citizen_id(division: str, born: str, number: int) -> str:
    """A citizen's number with a right check character (GB 11643)."""
    body = f"{division}{born.replace('-', '')}{number:03}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def child_id(number: int) -> str:
    """The number of the family's child."""
    return citizen_id(FAMILIES[number].division, FAMILIES[number].born, 10 * number + 1)


def parent_ids(number: int) -> tuple[str, str]:
    """The numbers of the family's father and mother."""
    division = FAMILIES[number].division
    return (
        citizen_id(division, f"{1984 + number % 5}-03-12", 10 * number + 3),
        citizen_id(division, f"{1986 + number % 5}-11-02", 10 * number + 2),
    )


def households() -> list[Record]:
    """户籍: every child with the numbers of its parents."""
    rows = []
    for number, family in enumerate(FAMILIES):
        father, mother = parent_ids(number)
        rows.append(
            {
                "citizen_id": child_id(number),
                "name": family.child,
                "born": family.born,
                "division": family.division,
                "father_id": father,
                "mother_id": mother,
            }
        )
    return rows


def pupils() -> list[Record]:
    """学籍: the children who go to school."""
    return [
        {
            "citizen_id": child_id(number),
            "school": family.school,
            "boards": number % 2 == 0,
            "guardian_phone": f"1380000{number:04}",
        }
        for number, family in enumerate(FAMILIES)
        if family.school
    ]


def workers() -> list[Record]:
    """外出务工: both parents of every child, with the province where they work."""
    rows = []
    for number, family in enumerate(FAMILIES):
        places = zip(parent_ids(number), (family.father, family.mother), "父母", strict=True)
        for worker, province, who in places:
            rows.append(
                {
                    "worker_id": worker,
                    "name": f"{family.child[0]}{who}亲",
                    "home_division": family.division,
                    "work_province": province,
                    "work_place": "示例省示例市工业路8号" if province == HOME else "外省工业路8号",
                    "phone": f"1390000{number:04}",
                    "employer": "示例制造有限公司",
                    "wage": "5200.00",
                }
            )
    return rows


def examinations() -> list[Record]:
    """体检: one examination of each child that goes to school."""
    return [
        {
            "citizen_id": row["citizen_id"],
            "examined_on": "2026-09-15",
            "result": "需关注" if number % 4 == 3 else "正常",
            "diagnosis": "贫血" if number % 4 == 3 else "",
        }
        for number, row in enumerate(pupils())
    ]


def left_behind(city: str, today: date) -> list[str]:
    """The children of the city under 16 whose parents both work in other provinces, as planted."""
    return sorted(
        child_id(number)
        for number, family in enumerate(FAMILIES)
        if family.division.startswith(city)
        and HOME not in (family.father, family.mother)
        and is_child(family.born, today)
    )


def is_child(born: str, today: date) -> bool:
    """Whether who was born that day is under 16 today."""
    day = date.fromisoformat(born)
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day)) < 16
