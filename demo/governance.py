"""The second story: the register of information systems, the zombies in it, and what is done."""

import time
from decimal import Decimal
from typing import Any

from demo import dueprocess, enrolment, registers, report, verdicts
from demo.census import DEPARTMENTS, ENTRIES, PEOPLE
from demo.checks import same
from demo.client import Api
from demo.registers import Stage
from demo.report import done, say, step

Row = dict[str, Any]
# Who went over to another system half a year ago looks like a season once that is a year ago.
FRESH_DAYS = 45


def play(stage: Stage) -> None:
    """Everything, in order; Difference at the first thing that is not as it must be."""
    began = time.monotonic()
    authority = stage.people["data.review"]
    systems, told = take_census(stage, authority)
    found = judge(authority, systems, told)
    show_verdicts(found)
    step("One case goes through due process")
    dueprocess.bookkeeping(stage, systems)
    step("The authority has a zombie of its own")
    dueprocess.own_case(stage, systems)
    propose(authority)
    count(authority)
    say("")
    say(f"  The second story took {time.monotonic() - began:.0f} s.")


def take_census(stage: Stage, api: Api) -> tuple[dict[str, Row], Row]:
    """The register and a year of facts; the systems by code, and what was told."""
    step(f"{len(DEPARTMENTS)} more departments; the authority takes a census of their systems")
    new = registers.register_departments(stage, DEPARTMENTS)
    new_people = registers.register_people(stage, PEOPLE)
    done(f"{new} departments and {new_people} people are new")
    known = enrolment.registered(api)
    anchor = enrolment.made_on(known)
    if (enrolment.today() - anchor).days > FRESH_DAYS:
        done(f"the register is of {anchor}: its stories are drawn for {FRESH_DAYS} days;")
        done("if verdicts differ now, begin anew with: make clean demo")
    counts = enrolment.enter(api, known, anchor)
    done(
        f"a workbook of {counts['received']} systems, after a dry run that wrote nothing:"
        f" {counts['new']} new, {counts['changed']} changed, {counts['unchanged']} as they were"
    )
    systems = enrolment.registered(api)
    same("systems of the census in the register", len(ENTRIES), len(systems))
    began = time.monotonic()
    told = enrolment.tell(api, systems, anchor)
    done(
        f"a year of facts in one call: {told['received']:,} lines, {told['new']:,} new,"
        f" {told['repeated']:,} known already ({time.monotonic() - began:.1f} s)"
    )
    return systems, told


def judge(api: Api, systems: dict[str, Row], told: Row) -> list[verdicts.Opinion]:
    """A scan, and what it says."""
    step("A scan holds every system against the five criteria of 国办发〔2017〕39号")
    seconds = verdicts.scan(api, systems, told)
    found = verdicts.opinions(api, systems)
    done(f"{len(systems)} systems judged in {seconds:.1f} s")
    return found


def show_verdicts(found: list[verdicts.Opinion]) -> None:
    """The table, and that it is as it was planted."""
    say("")
    verdicts.show(found)
    say("")
    verdicts.check(found)
    planted = sum(bool(one.entry.planted) for one in found)
    silent = sum(one.level == "unknown" for one in found)
    done(f"the {planted} planted zombies are suspected, each for its reason; no other system is")
    done("seasonal systems and the small but vital ones are spared, with the reason")
    done(f"{silent} systems of which nothing is known are not judged: no evidence is no guilt")


def propose(api: Api) -> None:
    """What could be merged."""
    step("The hub proposes what could be merged")
    api.post("/merges/propose")
    for row in api.all("/merges", state="proposed"):
        names = "、".join(
            f"{one['name']} ({', '.join(one['grounds'])})" for one in row["reasons"]["systems"]
        )
        freed, risk = row["reasons"]["freed_per_year"], row["reasons"]["risk"]
        done(f"{names} into {row['target_name']}: {freed} 万元 a year, risk {risk}")


def count(api: Api) -> None:
    """The numbers, held against the cases themselves."""
    step("The numbers of the year")
    numbers = api.get("/system-numbers")
    year, total = numbers["year"], numbers["total"]
    cases = api.all("/cases")
    freed = sum(
        (Decimal(row["money_freed"] or 0) for row in cases if _in(row["closed_at"], year)),
        Decimal(),
    )
    same("money freed", freed, Decimal(total["money"]["freed_by_cases"]))
    answered = sum(_in(row["answered_at"], year) for row in cases)
    flows = total["cases"]
    same("cases answered", answered, flows["answered_in_time"] + flows["answered_late"])
    heads = (f"of {year}", "number")
    rows = [
        ("systems registered", total["systems"]["registered"]),
        ("of these in service", total["systems"]["living"]),
        ("suspected now", total["levels"]["suspected"]),
        ("not judged for want of evidence", total["levels"]["unknown"]),
        ("cases opened", flows["opened"]),
        ("departments notified", flows["notified"]),
        ("answered in time", flows["answered_in_time"]),
        ("answered late", flows["answered_late"]),
        ("zombies cleared", flows["cleared"]),
        ("yearly maintenance of what is in service, 万元", total["money"]["maintenance"]),
        ("freed a year by cases, 万元", total["money"]["freed_by_cases"]),
    ]
    say("")
    report.table(heads, [(name, str(number)) for name, number in rows])


def _in(moment: str | None, year: int) -> bool:
    return moment is not None and enrolment.day_of(moment).year == year
