"""The third story: civil affairs finds the left-behind children, under the law of sharing.

Four departments hold what it takes. One answers at once, one asks for a supplement, one consents
in part with masks and a row filter, one refuses and loses the dispute. Every clock runs by the
official calendar of workdays.
"""

import json
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from demo import catalogue, children_answers, families, registers, report, sharing
from demo.cast import CATEGORIES as KNOWN_CATEGORIES
from demo.cast import DEPARTMENTS as MAIN_DEPARTMENTS
from demo.checks import same, until
from demo.children_answers import Answering
from demo.children_cast import (
    CATEGORIES,
    DEPARTMENTS,
    PEOPLE,
    PURPOSE,
    READER,
    SOURCES,
    SYSTEMS,
    Source,
)
from demo.enrolment import today
from demo.registers import Stage
from demo.report import done, say, step

Row = dict[str, Any]
CITY = "9901"
NDJSON = "application/x-ndjson"
STATEMENTS: Row = {
    "basis": "《国务院关于加强农村留守儿童关爱保护工作的意见》",
    "basis_number": "国发〔2016〕13号",
    "basis_clause": "第三部分",
    "scenario": "比对户籍、学籍、务工和体检信息，查找农村留守儿童",
    "scope": "示例省第一市试点，限本系统使用",
    "modes": ["interface", "database"],
    "purposes": [PURPOSE],
    "frequency": "monthly",
}


def play(stage: Stage) -> None:
    """Everything, in order; Difference at the first thing that is not as it must be."""
    began = time.monotonic()
    register(stage)
    resources = {key: publish(stage, source) for key, source in SOURCES.items()}
    requests = ask(stage, resources)
    grants, dispute = answer(stage, requests)
    datasets = {key: deliver(stage, key, resources[key]) for key in SOURCES}
    find(stage, grants, datasets)
    clocks(stage, [*requests.values(), *grants.values(), dispute])
    finish(stage, grants)
    say("")
    say(f"  The third story took {time.monotonic() - began:.0f} s.")


def register(stage: Stage) -> None:
    """One more department, people and systems."""
    step("Civil affairs looks for left-behind children; four departments hold what it takes")
    registers.register_departments(stage, DEPARTMENTS)
    new = registers.register_people(stage, PEOPLE)
    registers.register_systems(stage, SYSTEMS)
    names = "、".join(body.short_name for body in DEPARTMENTS.values())
    done(f"{names}: {new} new people; {SYSTEMS[READER].name} will use the data")


def publish(stage: Stage, source: Source) -> str:
    """The resource in force; its id."""
    reviewer = stage.people["data.review"]
    classes = registers.add_categories(reviewer, [*KNOWN_CATEGORIES, *CATEGORIES])
    resource, _ = catalogue.find_or_draft(
        stage, classes[source.category], source.department, source.entry, source.items
    )
    catalogue.bring_into_force(stage, resource, source.department, tuple(source.columns))
    return str(resource["id"])


def ask(stage: Stage, resources: dict[str, str]) -> dict[str, str]:
    """One application, which becomes a request to each; the requests by department."""
    step("One application names items of four resources; each provider answers for its own")
    for resource in resources.values():
        sharing.clear_requests(stage, resource, "civil")
        clear_grants(stage, resource)
    body = {
        **STATEMENTS,
        "system": stage.systems[READER],
        "ends_on": (today() + timedelta(days=365)).isoformat(),
        "parts": [
            {"resource": resources[key], "items": source.columns} for key, source in SOURCES.items()
        ],
    }
    made = stage.people["civil.steward"].post("/applications", body, 201)
    requests = {key: row["id"] for key, row in zip(SOURCES, made["requests"], strict=True)}
    for key, request in requests.items():
        agreed = stage.people["civil.head"].post(f"/requests/{request}/agree")
        same("the state of the request", "agreed", agreed["state"])
        due = sharing.clock(stage, "C4", request, "open")
        done(f"{DEPARTMENTS[key].short_name} must answer by {due['due_on']} (clock C4)")
    return requests


def clear_grants(stage: Stage, resource: str) -> None:
    """Finish what an interrupted run left."""
    head = stage.people["civil.head"]
    for grant in head.all("/grants", resource=resource, state="active"):
        head.post(f"/grants/{grant['id']}/finish", {"reason": "上次演示中断"})


def answer(stage: Stage, requests: dict[str, str]) -> tuple[dict[str, str], str]:
    """The four answers; the grants by department, and the dispute."""
    step("Four answers: at once, after a supplement, in part, and after a lost dispute")
    by = {key: Answering(stage, key, request) for key, request in requests.items()}
    grants = {
        "police": children_answers.at_once(by["police"]),
        "education": children_answers.after_supplement(by["education"]),
        "labour": children_answers.in_part(by["labour"]),
    }
    grants["health"], dispute = children_answers.after_dispute(by["health"])
    return grants, dispute


def deliver(stage: Stage, key: str, resource: str) -> str:
    """The provider's data, attached and published; the dataset."""
    dataset, _ = catalogue.attach(stage, resource, key, SOURCES[key].columns[0], lookup_items=[])
    rows = SOURCES[key].records()
    body = b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
    machine = stage.machines[key]
    sent = machine.publish(dataset["id"], "snapshot", NDJSON, body, f"{key}-{time.time_ns()}")
    same(f"publishing {SOURCES[key].name}", True, sent.status_code in (200, 201))
    return str(dataset["id"])


def find(stage: Stage, grants: dict[str, str], datasets: dict[str, str]) -> None:
    """The system reads under three grants, looks up under the fourth, and finds the children."""
    step(f"{SYSTEMS[READER].name} reads for the purpose {PURPOSE}, and finds the children")
    read = {key: whole_table(stage, grants[key]) for key in ("police", "education", "labour")}
    same("rows of 户籍", len(families.FAMILIES), len(read["police"]))
    workers = {row["worker_id"]: row for row in read["labour"]}
    expected = [row for row in families.workers() if row["home_division"].startswith(CITY)]
    same("workers of the one city", sorted(row["worker_id"] for row in expected), sorted(workers))
    some = workers[expected[0]["worker_id"]]
    same("a masked name and telephone", ("王**", "139****0000"), (some["name"], some["phone"]))
    same("items not granted", set(), {"employer", "wage"} & set(some))
    done(f"务工: {len(workers)} rows of one city, as {some['name']}, {some['phone']}; no wage")
    found = left_behind(read["police"], workers)
    same("the children found", families.left_behind(CITY, today()), found)
    schools = {row["citizen_id"]: row["school"] for row in read["education"]}
    done(f"{len(found)} left-behind children: both parents work in another province, under 16")
    watched = examine(stage, datasets["health"], found)
    done(f"at {len({schools[child] for child in found})} schools; {watched} to be watched")
    for grant in grants.values():
        sharing.clock(stage, "C5", grant, "met")
    done("each channel has carried data, so that clock C5 (Art. 22) is met four times")


def whole_table(stage: Stage, grant: str) -> list[Row]:
    """Everything that a grant shows."""
    body = {"grant": grant, "mode": "pull"}
    lane = stage.people["civil.steward"].post("/subscriptions", body, 201)
    answer = stage.machines[READER].fetch(f"/subscriptions/{lane['id']}/table", NDJSON)
    return [json.loads(line) for line in answer.text.splitlines()]


def left_behind(households: Iterable[Row], workers: dict[str, Row]) -> list[str]:
    """The children under 16 of whose parents both work in another province."""
    away = {key for key, row in workers.items() if row["work_province"] != families.HOME}
    return sorted(
        row["citizen_id"]
        for row in households
        if {row["father_id"], row["mother_id"]} <= away and families.is_child(row["born"], today())
    )


def examine(stage: Stage, dataset: str, children: list[str]) -> int:
    """Look the children's examinations up one by one; how many are to be watched."""
    system, path = stage.machines[READER], f"/datasets/{dataset}/lookup"
    body = {"where": {"citizen_id": children[0]}}
    until("the examinations can be looked up", lambda: bool(system.post(path, body)["items"]))
    silent = system.http.post(path, json=body, headers={"X-Purpose": ""})
    system.refused(silent, 422, "purpose-missing")
    other = system.http.post(path, json=body, headers={"X-Purpose": "marketing"})
    system.refused(other, 403, "purpose-not-granted")
    rows = [
        row
        for child in children
        for row in system.post(path, {"where": {"citizen_id": child}})["items"]
    ]
    same("the months of examination", {"2026-09"}, {row["examined_on"] for row in rows})
    done("体检: looked up one by one; without the purpose 422, for another one 403")
    return sum(row["result"] == "需关注" for row in rows)


def clocks(stage: Stage, subjects: list[str]) -> None:
    """Every clock of the story with its dates."""
    step("Every clock of the story, by the official calendar of workdays")
    names = {row["id"]: row["name"] for row in stage.people["operator"].all("/departments")}
    bodies = (*DEPARTMENTS.values(), *MAIN_DEPARTMENTS.values())
    short = {body.name: body.short_name for body in bodies}
    reviewer = stage.people["data.review"]
    rows = [row for subject in subjects for row in reviewer.all("/obligations", subject_id=subject)]
    heads = ("clock", "article", "owed by", "began", "workdays", "due", "state")
    lines = [
        (
            row["kind"],
            row["article"],
            short.get(names[row["department"]], names[row["department"]]),
            row["started_at"][:10],
            f"{row['limit_workdays']}{_more(row)}",
            row["due_on"],
            row["state"],
        )
        for row in sorted(rows, key=lambda row: (row["kind"], row["started_at"]))
    ]
    same("answers owed and given", 5, sum(line[0] == "C4" and line[-1] == "met" for line in lines))
    same("clocks that still run", [], [line for line in lines if line[-1] == "open"])
    say("")
    report.table(heads, lines)
    say("")


def _more(row: Row) -> str:
    return f"+{row['extended_workdays']}" if row["extended_workdays"] else ""


def finish(stage: Stage, grants: dict[str, str]) -> None:
    """The pilot is over: the right ends, what was received is disposed of with a certificate."""
    step("The pilot is over: civil affairs ends the grants itself and certifies the disposal")
    head = stage.people["civil.head"]
    for grant in grants.values():
        head.post(f"/grants/{grant}/finish", {"reason": "试点工作完成，使用目的已实现"})
        due = sharing.clock(stage, "N6", grant, "open")
        disposal = {
            "method": "逻辑删除并覆写",
            "systems": [SYSTEMS[READER].name],
            "statement": "试点所得数据及备份已全部销毁，未留存副本。",
        }
        head.post(f"/grants/{grant}/dispose", disposal)
        sharing.clock(stage, "N6", grant, "met")
    paper = stage.people["police.head"].get(f"/grants/{grants['police']}/certificate")
    done(f"due by {due['due_on']}; signed by {paper['signed_by']} for {paper['resource_name']}")
