"""The third story: a catalogue is taken in, searched, repeats itself, and is asked for more."""

import time
from typing import Any

from demo import registers, report, schooling, supply
from demo.cast import Person
from demo.census import DEPARTMENTS
from demo.checks import Difference, same
from demo.client import Api
from demo.registers import Stage
from demo.report import done, say, step

Row = dict[str, Any]
SOURCE = "省教育厅2026年目录普查"
EDUCATION = DEPARTMENTS["education"]
PEOPLE = [
    Person("education.admin", "教育厅管理员", "education", ("department_admin",)),
    Person("education.steward", "教育厅数据管理员", "education", ("steward",)),
    Person("education.head", "教育厅共享负责人", "education", ("head",)),
    Person("labour.admin", "人社厅管理员", "labour", ("department_admin",)),
    Person("labour.steward", "人社厅数据管理员", "labour", ("steward",)),
    Person("labour.head", "人社厅共享负责人", "labour", ("head",)),
]
CATEGORIES = [("3070990104", "教育厅", "30709901"), ("3070990111", "人社厅", "30709901")]
# What Order 809 asks for and the template of 2017 has no column for.
DEFAULTS = {
    "data_class": "公共管理数据",
    "data_grade": "general",
    "secrecy_assessment": "不涉及国家秘密和工作秘密，可以共享。",
    "privacy_assessment": "最小必要，按接口逐条核验，不提供批量下载。",
    "share_scope": "省级政务部门",
    "use_purpose": "行政核验",
    "contact": "教育厅信息中心",
}
# Who asks so -> the entry that must come first.
QUESTIONS = (
    ("学籍", "two characters", "中小学生学籍信息"),
    ("xueji", "pinyin", "中小学生学籍信息"),
    ("jszg", "initials", "教师资格认定信息"),
    ("学生资组发放", "a typo", "学生资助发放信息"),
    ("普高招生", "an abbreviation", "普通高中招生计划"),
)

SHARES = {"unconditional": "无条件共享", "conditional": "有条件共享", "not_shared": "不予共享"}


def play(stage: Stage) -> None:
    """Everything, in order; Difference at the first thing that is not as it must be."""
    began = time.monotonic()
    enrol(stage)
    take_in(stage)
    publish(stage)
    search(stage.people["civil.steward"])
    supply.repeat(stage)
    supply.demand(stage)
    supply.census(stage)
    supply.lists(stage)
    say("")
    say(f"  The third story took {time.monotonic() - began:.0f} s.")


def enrol(stage: Stage) -> None:
    """Its people and classes."""
    step("The catalogue: 省教育厅 and 省人社厅 send their stewards and heads")
    registers.register_people(stage, PEOPLE)
    api = stage.people["data.review"]
    known = {row["code"]: row["id"] for row in api.all("/categories")}
    for code, name, parent in CATEGORIES:
        if code not in known:
            api.post("/categories", {"code": code, "name": name, "parent": known[parent]}, 201)
    done("classes 3070990104 and 3070990111 are in the tree")


def take_in(stage: Stage) -> None:
    """The national template, as its author wrote it first, and mended."""
    api = stage.people["education.steward"]
    number = len(schooling.ENTRIES)
    step(f"省教育厅 hands in its catalogue of {number} entries in the national template")
    rough = hand_in(api, mended=False)
    same("entries that are wrong at first", 1, rough["wrong"])
    [wrong, *_] = findings(api, rough, "wrong")
    done(
        f"dry run: {rough['wrong']} entry is wrong, in row {wrong['line']}, {wrong['column']}:"
        f" {wrong['detail']}"
    )
    tidied = findings(api, rough, "normalised")
    words = {f"{one['before']} → {one['after']}" for one in tidied}
    done(f"{rough['normalised']} values are put into the catalogue's words, each with a trace:")
    for line in report.wrapped("   ".join(sorted(words)), report.WIDTH - 8):
        say(f"        {line.rstrip()}")
    api.post(f"/catalog-imports/{rough['id']}/discard")
    fine = hand_in(api, mended=True)
    same("entries that are wrong after mending", 0, fine["wrong"])
    taken = api.post(f"/catalog-imports/{fine['id']}/take")
    same("the state of the import", "taken", taken["state"])
    done(f"mended and taken in: {counts(taken)}")
    again = hand_in(api, mended=True)
    same("unchanged entries of the same file", len(schooling.ENTRIES), again["unchanged"])
    api.post(f"/catalog-imports/{again['id']}/discard")
    done(f"the same file again: {counts(again)}")


def hand_in(api: Api, *, mended: bool) -> Row:
    """Upload the workbook and check it."""
    form = schooling.workbook(
        EDUCATION.name, EDUCATION.credit_code, schooling.entries(mended=mended)
    )
    asked = {"source": SOURCE, "standing": "draft", "category": CATEGORIES[0][0]}
    made = api.send("/catalog-imports", schooling.XLSX, form, **asked)
    return dict(
        api.post(f"/catalog-imports/{made['id']}/check", {"mapping": {"defaults": DEFAULTS}})
    )


def findings(api: Api, row: Row, kind: str) -> list[Row]:
    """What was found of this kind."""
    return api.all(f"/catalog-imports/{row['id']}/findings", kind=kind)


def counts(row: Row) -> str:
    """The four counts, which add up."""
    names = ("new", "changed", "unchanged", "wrong")
    same("entries by outcome", row["received"], sum(row[name] for name in names))
    return ", ".join(f"{row[name]} {name}" for name in names)


def publish(stage: Stage) -> None:
    """All of them through four hands, each in one call."""
    step("Steward, head, reviewer and publisher each pass the whole catalogue on in one call")
    steps = (
        ("education.steward", "submit", "draft"),
        ("education.head", "approve", "submitted"),
        ("data.review", "review", "approved"),
        ("data.publish", "publish", "reviewed"),
    )
    for who, deed, state in steps:
        api = stage.people[who]
        waiting = [row["id"] for row in of_education(stage, api, state)]
        if not waiting:
            continue
        told = api.post(f"/resources/bulk-{deed}", {"ids": waiting})
        bad = [row["problem"] for row in told["results"] if not row["done"]]
        if bad:
            raise Difference(f"{deed} in bulk\n  found:    {bad[0]}")
        done(f"{deed} by {who}: {len(waiting)}")
    rows = of_education(stage, stage.people["education.steward"], "published")
    same("entries in force", len(schooling.ENTRIES), len(rows))
    codes = sorted((row["code"] for row in rows), key=lambda code: int(code.rpartition("/")[2]))
    numbers = [int(code.rpartition("/")[2]) for code in codes]
    same("serial numbers, without gaps", list(range(1, len(codes) + 1)), numbers)
    done(f"{len(rows)} entries in force, codes {codes[0]} to {codes[-1]} without a gap")


def of_education(stage: Stage, api: Api, state: str) -> list[Row]:
    """The department's entries of this catalogue in a state."""
    names = {entry.name for entry in schooling.ENTRIES}
    rows = api.all("/resources", department=stage.departments["education"], state=state)
    # The list begins with the newest; codes follow the order in which they are published.
    return [row for row in reversed(rows) if row["name"] in names]


def search(api: Api) -> None:
    """Found however it is typed."""
    step("民政厅's steward finds entries however they are typed")
    rows = []
    for question, kind, wanted in QUESTIONS:
        began = time.monotonic()
        found = api.get("/search", q=question, limit=5)
        millis = 1000 * (time.monotonic() - began)
        names = [one["name"] for one in found["items"]]
        same(f"the first answer to {question}", wanted, names[0] if names else None)
        rows.append((question, kind, wanted, f"{found['total']}", f"{millis:.0f}"))
    say("")
    report.table(("asked", "as", "first answer", "answers", "ms"), rows)
    say("")
    facets = api.get("/search", q="学校")["facets"]
    shares = "、".join(f"{SHARES[one['value']]} {one['count']}" for one in facets["share_type"])
    done(f"the answers to 学校 by share type: {shares}")
