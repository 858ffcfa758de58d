"""The main exchange, step by step."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from demo import (
    catalogue,
    children,
    children_cast,
    governance,
    proofs,
    registers,
    report,
    sharing,
    stocktaking,
)
from demo.cast import CATEGORIES, CATEGORY, DEPARTMENTS, PEOPLE, SYSTEMS
from demo.checks import Difference, same, same_table
from demo.copies import Copies
from demo.publishing import Publisher, Round, publish
from demo.receiver import Receiver
from demo.registers import Stage
from demo.report import done, say, step
from demo.revisions import COLUMNS, KEY, WITHHELD, Revision, all_revisions, difference

CODE = "110101"  # 东城区


@dataclass(frozen=True)
class Settings:
    """Where the platform is, and what the launcher opened for the demonstration."""

    url: str
    operator: str
    operator_password: str
    target_dsn: str
    receiver_port: int


def play(settings: Settings) -> None:
    """Everything, in order; Difference at the first thing that is not as it must be."""
    began = time.monotonic()
    run = datetime.now(UTC).strftime("%Y%m%d_%H%M%S")
    stage = Stage(settings.url, settings.operator_password)
    revisions = all_revisions()
    same("revisions in the package GB2260", 17, len(revisions))
    register(stage, settings)
    resource = publish_entry(stage)
    dataset = attach(stage, resource)
    grant = obtain_grant(stage, resource)
    receiver = Receiver(settings.receiver_port)
    try:
        copies = subscribe(stage, grant, receiver, settings.target_dsn, run)
        before = standing(revisions, copies, dataset)
        publisher = Publisher(stage.machines["civil"], dataset["id"], run)
        rounds = publish_all(publisher, revisions, before, copies)
        last = rounds[-1].batch
        refuse(stage, publisher, revisions[-1], last)
        use(stage, dataset["id"], revisions[-1], last, copies)
        end(stage, publisher, grant, revisions, copies)
    finally:
        receiver.close()
    trail(stage, resource, grant, dataset["id"])
    lags(rounds, time.monotonic() - began)
    governance.play(stage)
    stocktaking.play(stage)
    children.play(stage)
    show(stage, settings)


def register(stage: Stage, settings: Settings) -> None:
    """Departments, people, systems."""
    step("The operator registers departments and people of the fictional 示例省")
    operator = stage.sign_in("operator", settings.operator_password)
    new = registers.register_departments(stage, DEPARTMENTS)
    names = "、".join(body.name for body in DEPARTMENTS.values())
    done(f"{new} new, {len(DEPARTMENTS) + 1 - new} known: {names}")
    new = registers.register_people(stage, PEOPLE)
    done(
        f"{new} new people, {len(PEOPLE) - new} known; each signed in with a password of their own"
    )
    step("Two departments register their information systems and get keys")
    registers.register_systems(stage, SYSTEMS)
    for key, machine in SYSTEMS.items():
        done(f"{DEPARTMENTS[key].short_name}: {machine.name}, with a key that is shown once")
    answer = operator.http.get("/systems", headers={"Authorization": "Bearer sqk_nobody_knows"})
    operator.refused(answer, 401, "unauthenticated")
    done("an unknown key is refused with 401")


def publish_entry(stage: Stage) -> str:
    """The resource in force; its id."""
    step(f"The civil affairs steward catalogues {catalogue.NAME}; four people bring it into force")
    category = registers.add_categories(stage.people["data.review"], CATEGORIES)[CATEGORY]
    resource, is_new = catalogue.find_or_draft(
        stage, category, "civil", catalogue.ENTRY, catalogue.ITEMS
    )
    taken = catalogue.bring_into_force(stage, resource, "civil", COLUMNS)
    for words in taken:
        done(words)
    found = stage.people["civil.steward"].get(f"/resources/{resource['id']}")
    entry = found["published"]
    done(f"resource {found['code']} is {'now' if is_new else 'already'} published")
    met = sharing.clock(stage, "C2", entry["id"], "met")
    done(
        f"clock C2 (Art. {met['article']}, {met['limit_workdays']} workdays) was due on"
        f" {met['due_on']} and is met"
    )
    return str(resource["id"])


def attach(stage: Stage, resource: str) -> dict[str, Any]:
    """The dataset of the resource."""
    step("The dataset is attached: the items become its schema, 行政区划代码 its key")
    dataset, is_new = catalogue.attach(stage, resource, "civil", KEY, lookup_items=["name"])
    kind = "a new dataset" if is_new else f"the dataset is there, at batch {dataset['last_number']}"
    done(f"{kind}; queryable by code and by name")
    return dataset


def obtain_grant(stage: Stage, resource: str) -> str:
    """A new grant for this run; its id."""
    step("The tax bureau requests all five items and is granted all but one")
    left = sharing.clear_away(stage, resource)
    if left:
        done(f"ended first what an interrupted run left open: {left}")
    request = sharing.ask(stage, resource)
    c3 = sharing.agree(stage, request["id"])
    done(f"its own head agrees; 省民政厅 must answer by {c3['due_on']} (clock C3)")
    done("a full consent lies ready, for the data is shared unconditionally; its head returns it")
    grant = sharing.consent(stage, request["id"])
    done(f"省民政厅 consents to {', '.join(grant['items'])}, not to {WITHHELD} (现名启用版次),")
    done(f"for the purpose {', '.join(grant['purposes'])}, which each call states")
    return str(grant["id"])


def subscribe(stage: Stage, grant: str, receiver: Receiver, dsn: str, run: str) -> Copies:
    """Three subscriptions."""
    step("It subscribes three ways")
    copies = sharing.subscribe(stage, grant, receiver, dsn, run)
    done("pull: a small client with a cursor")
    done(f"webhook: a receiver at {receiver.url} that checks each signature")
    receiver.turn_away_forgery()
    done("a forged call was turned away by the receiver")
    done(f"sink: the hub writes the table shared.division_codes_{run} of a second database")
    return copies


def standing(revisions: list[Revision], copies: Copies, dataset: dict[str, Any]) -> Revision:
    """What the dataset holds before this run: nothing, or the revision an earlier run left."""
    if not dataset["last_number"]:
        return Revision("nothing", {})
    sharing.catch_up(copies, dataset["last_number"])
    start = copies.pull.rows
    found = [revision for revision in revisions if revision.granted == start]
    if not found:
        raise Difference("the dataset holds something that is none of the 17 revisions")
    for copy in copies:
        same_table(f"what the {copy.name} copy begins with", start, copy.rows)
    done(f"an earlier run left revision {found[0].label}; the new copies begin with that")
    return found[0]


def publish_all(
    publisher: Publisher, revisions: list[Revision], before: Revision, copies: Copies
) -> list[Round]:
    """Every revision, one after another."""
    step("省民政厅's system publishes the 17 revisions of GB/T 2260, one after another")
    rounds: list[Round] = []
    for revision in revisions:
        counts = difference(before.rows, revision.rows)
        rounds.append(publish(publisher, revision, counts, copies))
        before = revision
        if rounds[-1].format != "NDJSON":
            done(f"revision {revision.label} came as {rounds[-1].format}")
    done("after each, all three copies equal the revision without the item not granted")
    done("the hub's counts of changes equal those that this client computed for itself")
    return rounds


def refuse(stage: Stage, publisher: Publisher, revision: Revision, last: int) -> None:
    """What must not get in."""
    reader = stage.people["civil.steward"]
    step("Bad rows are refused, repetitions are recognised")
    said = proofs.refuse_bad_rows(publisher, reader, revision)
    done(f"refused: {said}; nothing was stored")
    proofs.publish_again(publisher, reader, revision, last)
    done(f"the last publication sent again with its key: still batch {last}, no second one")


def use(stage: Stage, dataset: str, revision: Revision, last: int, copies: Copies) -> None:
    """Look-ups and the whole table."""
    step("The tax bureau's system looks up single records and reads the whole table")
    name = proofs.look_up(stage.machines["tax"], dataset, revision, last, CODE)
    done(f"{CODE} is {name}; by name the same; {WITHHELD} is refused")
    proofs.read_everything(copies, revision)
    done(f"the whole table has {len(revision.rows):,} rows and equals revision {revision.label}")


def end(
    stage: Stage, publisher: Publisher, grant: str, revisions: list[Revision], copies: Copies
) -> None:
    """The grant ends, and with it everything."""
    step("省民政厅 revokes the grant; everything under it ends at once")
    held = proofs.retire_refused(stage)
    done(f"before that, its system cannot be retired: {held}")
    proofs.revoke(stage, grant, publisher.dataset, copies)
    done("next page, whole table and look-up are refused; all three subscriptions have ended")
    reader = stage.people["civil.steward"]
    old, new = revisions[-1], revisions[-2]
    number = proofs.publish_after_revocation(publisher, reader, old, new, copies)
    done(f"batch {number} (changes back to {new.label}) reached neither receiver nor sink")


def trail(stage: Stage, resource: str, grant: str, dataset: str) -> None:
    """What stands in the audit trail, and that nobody touched it."""
    step("The auditor reads the trail, and its chain is verified")
    facts = {
        "resource.published": resource,
        "dataset.attached": dataset,
        "grant.revoked": grant,
        "record.looked_up": dataset,
    }
    entries = proofs.read_trail(stage.people["auditor"], facts)
    done(f"{entries} entries about {', '.join(facts)}")
    answer = stage.people["operator"].http.get("/audit-events")
    same("what the operator sees of the trail", [], answer.json().get("items", []))
    verdict = proofs.verify_trail()
    done(f"sound: {verdict['entries']} entries in {verdict['blocks']} blocks, by manage.py audit")


def lags(rounds: list[Round], seconds: float) -> None:
    """The table of all rounds."""
    heads = ("revision", "rows", "inserted", "updated", "deleted", "batch")
    names = tuple(rounds[0].lags)
    say("")
    say("  Seconds from the publisher's receipt until each copy had the batch:")
    say("")
    rows = [
        (
            one.label,
            f"{one.rows:,}",
            *(f"{count:,}" for count in vars(one.counts).values()),
            str(one.batch),
            *(f"{one.lags[name]:.2f}" for name in names),
        )
        for one in rounds
    ]
    report.table((*heads, *names), rows)
    say("")
    say(f"  The main exchange took {seconds:.0f} s.")


def show(stage: Stage, settings: Settings) -> None:
    """Addresses and log-ins."""
    say("")
    say("  Look at it yourself:")
    say("")
    say(f"  portal     {settings.url}/")
    say(f"  API        {settings.url}/api/docs/")
    people = [(settings.operator, "平台运维员", settings.operator_password)]
    everybody = [
        *PEOPLE,
        *governance.PEOPLE,
        *stocktaking.PEOPLE,
        *children_cast.PEOPLE,
    ]
    people += [(one.username, one.name, stage.password(one.username)) for one in everybody]
    for username, name, password in people:
        say(f"  {report.pad(username, 18)} {report.pad(name, 20)} {password}")
    say("")
