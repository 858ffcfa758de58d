"""The third story's second half: what is collected twice, what is wanting, what it is worth."""

from datetime import timedelta
from typing import Any

from demo import enrolment, report
from demo.checks import Difference, same, until
from demo.client import Api
from demo.registers import Stage
from demo.report import done, say, step

Row = dict[str, Any]
COMMON = {
    "format_class": "database",
    "format_type": "mysql",
    "share_modes": ["interface"],
    "update_cycle": "monthly",
    "data_class": "公共管理数据",
    "data_grade": "general",
    "secrecy_assessment": "不涉及国家秘密和工作秘密，可以共享。",
    "privacy_assessment": "最小必要，按接口逐条核验，不提供批量下载。",
    "share_type": "conditional",
    "share_condition": "用于行政核验",
    "share_scope": "省级政务部门",
    "use_purpose": "行政核验",
}
TWIN = "农村留守儿童就学情况"
# The guardian stays with civil affairs.
WITHHELD = "jhr"
BASIS = {
    "refusal_reason": "受委托监护人姓名属家庭隐私，与核验目的无关。",
    "legal_basis": "《未成年人保护法》第四条、第七十三条",
}
SOURCE_OF = "学生姓名"
TWIN_ITEMS = [
    ("xjh", "学籍号", 19),
    ("xm", "学生姓名", 30),
    ("sfz", "公民身份号码", 18),
    ("xx", "学校名称", 80),
    ("nj", "年级", 10),
    ("xjzt", "学籍状态", 10),
    ("sfjs", "是否寄宿", 2),
    ("jhr", "受委托监护人姓名", 30),
]
WORK = "外出务工人员登记信息"
WORK_ITEMS = [
    ("xm", "姓名", 30),
    ("sfz", "公民身份号码", 18),
    ("gzd", "务工地点", 80),
    ("hy", "从事行业", 40),
]
STEPS = {
    "draft": ("steward", "submit"),
    "returned": ("steward", "submit"),
    "submitted": ("head", "approve"),
    "approved": ("data.review", "review"),
    "reviewed": ("data.publish", "publish"),
}


def repeat(stage: Stage) -> None:
    """A department registers what another one has: told at once, and found by the scan."""
    step("民政厅 registers what 省教育厅 collects already (Order 809, Art. 19)")
    steward = stage.people["civil.steward"]
    about = "农村留守儿童的学籍、就读学校、年级、寄宿情况和受委托监护人，每月核对。"
    row = draft(stage, "civil", "3070990109", TWIN, about, TWIN_ITEMS, **BASIS)
    overlaps = steward.get(f"/resources/{row['id']}/overlaps")["items"]
    told = next((one for one in overlaps if one["name"] == "中小学生学籍信息"), None)
    if told is None:
        raise Difference("省教育厅's 中小学生学籍信息 must be named among what exists")
    shared = "、".join(item["name"] for item in told["items"])
    is_draft = bool(row["in_progress"]) and row["in_progress"]["state"] == "draft"
    when = "while it is a draft" if is_draft else "an earlier run left it in force"
    done(f"{when}: {told['department_name']} has {shared} in {told['code']}")
    if is_draft:
        answer = steward.attempt(f"/resources/{row['id']}/submit", {})
        problem = steward.refused(answer, 422, "entry-incomplete")
        same(
            "what keeps it from being submitted",
            ["#/collection_reason"],
            [error["pointer"] for error in problem["errors"]],
        )
        done("it cannot be submitted without a reason; with one it can")
        change(stage, "civil", row, collection_reason="共享开通前的存量台账，2027年起停止采集。")
    bring(stage, "civil", row["id"])
    find_twins(stage, row["id"])


def find_twins(stage: Stage, resource: str) -> None:
    """What the scan says of the pair, and the authority's word."""
    authority = stage.people["data.publish"]
    asked_for = authority.attempt("/likenesses/scan", {})
    same("the answer to asking for a scan", 202, asked_for.status_code)
    asked = {"resource": resource, "kind": "item"}

    def pairs() -> list[Row]:
        rows = authority.all("/likenesses", **asked)
        return [
            row for row in rows if "中小学生学籍信息" in (row["left"]["name"], row["right"]["name"])
        ]

    until("the scan finds the repeated items", lambda: bool(pairs()), seconds=60)
    found = pairs()
    done(f"the scan finds {len(found)} items that both departments collect, and proposes a source")
    names = {column: name for column, name, _ in TWIN_ITEMS}
    pair = next((row for row in found if names[own_column(row, resource)] == SOURCE_OF), None)
    if pair is None or pair["proposed_source"] is None:
        raise Difference(f"the scan must find {SOURCE_OF} and propose its source")
    source = pair["proposed_source"]
    if pair["state"] == "open":
        authority.post(f"/likenesses/{pair['id']}/confirm", {"reason": "同一数据项"})
    column = own_column(pair, resource)
    named = {"column": column, "source_department": source["id"], "reason": "一数一源"}
    authority.post(f"/resources/{resource}/name-source", named)
    done(
        f"the authority confirms {SOURCE_OF} and names its one source (数源部门): {source['name']}"
    )


def own_column(row: Row, resource: str) -> str:
    """The column of the pair's side that is this resource's."""
    side = "left" if row["left"]["id"] == resource else "right"
    return str(row[f"{side}_column"])


def demand(stage: Stage) -> None:
    """What nobody offers: two departments ask, one answers."""
    step("Two departments need what no entry offers; the authority merges and routes (供需对接)")
    civil, tax = stage.people["civil.steward"], stage.people["tax.steward"]
    desk = stage.people["data.review"]
    first = civil.post(
        "/demands", need("留守儿童父母外出务工信息", ["姓名", "公民身份号码", "务工地点"])
    )
    second = tax.post(
        "/demands", need("外出务工人员务工地点", ["务工地点", "公民身份号码", "姓名"])
    )
    similar = desk.get(f"/demands/{second['id']}/similar")["items"]
    near = next((one for one in similar if one["demand"]["id"] == first["id"]), None)
    if near is None:
        raise Difference("the first demand must be proposed for merging")
    done(f"the second is like the first: both want {'、'.join(near['shared_items'])}")
    desk.post(f"/demands/{second['id']}/merge", {"into": first["id"]})
    routed = desk.post(
        f"/demands/{first['id']}/route",
        {
            "department": stage.departments["labour"],
            "reason": "外出务工登记属其职责",
            "workdays": 10,
        },
    )
    done(f"merged, and routed to {routed['routed_to']['name']}: to answer by {routed['answer_by']}")
    about = "全省登记的外出务工人员的务工地点和从事行业，由乡镇劳动保障所按月上报。"
    row = draft(stage, "labour", "3070990111", WORK, about, WORK_ITEMS)
    code = bring(stage, "labour", row["id"])
    head = stage.people["labour.head"]
    head.post(f"/demands/{first['id']}/offer", {"resource": row["id"], "reason": "已编目发布"})
    civil.post(f"/demands/{first['id']}/accept")
    shared = tax.get(f"/demands/{second['id']}")["outcome"]
    same("what the merged demand is told", code, shared["resource"]["code"])
    done(f"the answer is entry {code}; it answers both demands")


def need(title: str, wanted: list[str]) -> Row:
    """A demand's body."""
    return {
        "title": title,
        "description": "核实监护和纳税关系所需的务工地点。",
        "wanted_items": wanted,
        "basis": "《未成年人保护法》第二十二条",
        "scenario": "核实监护情况",
    }


def census(stage: Stage) -> None:
    """A department confirms its part, and what the catalogue is worth."""
    step("A census: 省教育厅 confirms its entries; the scorecard says what they are worth")
    authority, head = stage.people["data.publish"], stage.people["education.head"]
    named = {"departments": [stage.departments["education"]]}
    today = enrolment.today()
    body = {"name": f"{today.year}年目录普查", "due_on": str(today + timedelta(days=30)), **named}
    campaign = authority.post("/campaigns", body, 201)
    [task] = head.all("/campaign-tasks", campaign=campaign["id"])
    confirmed = head.post(f"/campaign-tasks/{task['id']}/confirm")["counts"]
    same("entries with all six numbers", confirmed["in_force"], confirmed["with_numbers"])
    records = float(confirmed["records_wan"])
    done(f"{confirmed['in_force']} entries confirmed, {records:,.1f} 万 records in all")
    authority.post(f"/campaigns/{campaign['id']}/close")
    card = authority.get("/scorecard")
    whole = card["total"]
    rows = [
        (measure["title"], shown(whole["rates"][measure["code"]]), measure["formula_en"])
        for measure in card["measures"]
        if whole["rates"][measure["code"]]["value"] is not None
    ]
    say("")
    table(("示例省", "rate", "formula"), rows)
    say("")
    cards = {one["name"]: one["score"] for one in card["departments"]}
    scored = {name: score for name, score in cards.items() if score is not None}
    done(f"score of all departments together: {whole['score']} of 100; {len(scored)} can be scored")


def lists(stage: Stage) -> None:
    """The three lists, and what the public sees."""
    step("The three lists (三清单), and what is open to the public")
    authority = stage.people["data.publish"]
    for path, words in (
        ("need-list", "需求清单, what departments need and what became of it"),
        ("duty-list", "责任清单, who must supply what, how and when"),
        ("negative-list", "负面清单, what is not shared, and by which law"),
    ):
        rows = authority.all(f"/{path}")
        if not rows:
            raise Difference(f"{path} is empty")
        book = authority.http.get(f"/{path}", params={"as": "xlsx"})
        same(f"the workbook of {path}", (200, b"PK"), (book.status_code, book.content[:2]))
        done(f"{words}: {len(rows)} in all; as a workbook {len(book.content):,} bytes")
    answer = Api(stage.url).http.get(f"{stage.url}/open/data.json")
    same("the public catalogue without signing in", 200, answer.status_code)
    done(f"{stage.url}/open/ shows {len(answer.json()['dataset'])} open entries to anybody")


def shown(rate: Row) -> str:
    """A rate with its fraction."""
    return f"{100 * rate['value']:.0f} % ({rate['part']:g}/{rate['whole']:g})"


def table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """A table whose last column is a sentence."""
    widths = [max(report.wide(row[place]) for row in (heads, *rows)) for place in range(2)]
    for row in (heads, *rows):
        cells = [report.pad(text, width) for text, width in zip(row, widths, strict=False)]
        lines = report.wrapped(row[2], report.WIDTH - sum(widths) - 6)
        say("  " + "  ".join([*cells, lines[0]]))
        for line in lines[1:]:
            say(" " * (sum(widths) + 6) + line)


def draft(
    stage: Stage,
    who: str,
    category: str,
    name: str,
    abstract: str,
    items: list[tuple[str, str, int]],
    **more: str,
) -> Row:
    """The resource, drafted now or by an earlier run."""
    api = stage.people[f"{who}.steward"]
    mine = api.all("/resources", department=stage.departments[who])
    found = next((row for row in mine if row["name"] == name), None)
    if found:
        return dict(api.get(f"/resources/{found['id']}"))
    [filed] = api.all("/categories", code=category)
    body = {
        "category": filed["id"],
        "name": name,
        "abstract": abstract,
        **COMMON,
        **more,
        "items": [
            {
                "column": column,
                "name": title,
                "data_type": "C",
                "length": length,
                "is_key": column == "sfz",
                "is_required": column == "sfz",
                "sensitivity": "personal",
                "share_type": "not_shared" if column == WITHHELD else "",
            }
            for column, title, length in items
        ],
    }
    return dict(api.post("/resources", body, 201))


def change(stage: Stage, who: str, row: Row, **values: Any) -> None:
    """Change the version in work as it is now."""
    api = stage.people[f"{who}.steward"]
    path = f"/resources/{row['id']}"
    etag = api.fetch(path).headers["ETag"]
    answer = api.http.patch(path, json=values, headers={"If-Match": etag})
    if answer.status_code != 200:
        raise Difference(f"PATCH {path}\n  expected: 200\n  found:    {answer.text[:300]}")


def bring(stage: Stage, who: str, resource: str) -> str:
    """Through the hands of those whose turn it is; the code."""
    reader = stage.people[f"{who}.steward"]
    row = reader.get(f"/resources/{resource}")
    while row["in_progress"]:
        name, deed = STEPS[row["in_progress"]["state"]]
        person = name if "." in name else f"{who}.{name}"
        stage.people[person].post(f"/resources/{resource}/{deed}")
        row = reader.get(f"/resources/{resource}")
    return str(row["code"])
