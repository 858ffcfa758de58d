"""What the five criteria say of each system, compared with what was planted."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from demo import behaviours, report
from demo.census import ENTRIES, Entry, code_of, title
from demo.checks import Difference, came_true
from demo.client import Api
from demo.enrolment import BODIES

LEVELS = {"clear": "正常", "watch": "关注", "suspected": "疑似僵尸", "unknown": "证据不足"}
RANKS = ("suspected", "watch", "clear", "unknown")
SILENT = {code_of(entry) for entry in ENTRIES if entry.behaviour is behaviours.silent}
SCANS, WAIT = 10, 6
CRITERIA = ("Z1", "Z2", "Z3", "Z4", "Z5")
Row = dict[str, Any]


@dataclass(frozen=True)
class Opinion:
    """A system with its level and findings; of a retired one, those that its case began with."""

    entry: Entry
    level: str
    findings: dict[str, Row]
    is_retired: bool = False

    @property
    def suspected(self) -> list[str]:
        """The criteria by which it is suspected."""
        return [code for code in CRITERIA if self.findings[code]["level"] == "suspected"]

    @property
    def shown(self) -> Row:
        """The finding to print: the planted suspicion, the gravest one, what spared it by season,
        or that on its use."""
        if self.entry.planted in self.suspected:
            return self.findings[self.entry.planted]
        said = list(self.findings.values())
        telling = [
            *(one for one in said if one["level"] == "suspected"),
            *(one for one in said if one["level"] == "watch"),
            *(one for one in said if "淡季" in one["zh"]),
        ]
        return (*telling, self.findings["Z5"])[0]


def scan(api: Api, systems: dict[str, Row], told: Row) -> float:
    """Ask for a scan and wait for verdicts on what was just told; the seconds that it took."""
    began, asked = time.monotonic(), datetime.now(UTC)
    running = {
        row["id"]: told["new"] and code not in SILENT
        for code, row in systems.items()
        if row["state"] != "retired"
    }

    def judged() -> bool:
        at = {row["system"]: row["judged_at"] for row in api.all("/verdicts")}
        return running.keys() <= at.keys() and all(
            datetime.fromisoformat(at[system]) >= asked
            for system, fresh in running.items()
            if fresh
        )

    # What was being written while a scan ran is left to the next one.
    for _ in range(SCANS):
        api.post("/scans", status=202)
        if came_true(judged, WAIT, 0.2):
            return time.monotonic() - began
    raise Difference(f"verdicts on all {len(running)} systems\n  found:    not after {SCANS} scans")


def opinions(api: Api, systems: dict[str, Row]) -> list[Opinion]:
    """What is said of each system of the census, in its order."""
    verdicts = {row["system"]: row for row in api.all("/verdicts")}
    found = []
    for entry in ENTRIES:
        system = systems[code_of(entry)]
        is_retired = system["state"] == "retired"
        said = case_of(api, system["id"]) if is_retired else verdicts[system["id"]]
        level = "suspected" if is_retired else said["level"]
        findings = {one["criterion"]: one for one in said["findings"]}
        found.append(Opinion(entry, level, findings, is_retired))
    return found


def case_of(api: Api, system: str) -> Row:
    """The system's case, the latest of several."""
    found = api.all("/cases", system=system)
    if not found:
        raise Difference(f"a case against system {system}\n  expected: one\n  found:    none")
    return max(found, key=lambda row: str(row["created_at"]))


def show(found: list[Opinion]) -> None:
    """The table: suspected systems first, each with the sentence that says why."""
    order = sorted(found, key=lambda one: (RANKS.index(one.level), one.entry.planted))
    names = max(report.wide(title(one.entry.name)) for one in found)
    bodies = max(report.wide(BODIES[one.entry.department].short_name) for one in found)
    for one in order:
        department = BODIES[one.entry.department].short_name
        level = "已停用" if one.is_retired else LEVELS[one.level]
        report.say(
            f"  {report.pad(title(one.entry.name), names)}  {report.pad(department, bodies)}"
            f"  {report.pad(level, 8)}  {', '.join(one.suspected) or '-'}"
        )
        for line in report.folded(one.shown["zh"], report.WIDTH - 6):
            report.say(f"      {line}")


def check(found: list[Opinion]) -> None:
    """Each planted zombie is suspected for its reason, nobody else is; or Difference, naming all
    that are not as they must be."""
    wrong = [f"  {title(one.entry.name)}: {words}" for one in found if (words := _fault(one))]
    if wrong:
        raise Difference("\n".join(["the verdicts differ from what was planted", *wrong]))


def _fault(one: Opinion) -> str:
    by = ", ".join(one.suspected) or "nothing"
    if one.entry.planted:
        is_right = one.level == "suspected" and one.entry.planted in one.suspected
        return "" if is_right else f"planted {one.entry.planted}, suspected by {by} ({one.level})"
    if one.suspected or one.level == "suspected":
        return f"no zombie, yet suspected by {by}"
    if one.entry.behaviour is behaviours.silent and one.level != "unknown":
        return f"nothing is known of it, yet its verdict is {one.level}"
    return ""
