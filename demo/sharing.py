"""From a request to a grant in use three ways; and what an interrupted run left, cleared away."""

from datetime import date, timedelta
from typing import Any

from demo.cast import SYSTEMS
from demo.checks import same, until
from demo.copies import Copies, PullCopy, SinkCopy, WebhookCopy
from demo.receiver import Receiver
from demo.registers import Stage
from demo.revisions import COLUMNS, GRANTED, WITHHELD

REQUEST: dict[str, Any] = {
    "items": list(COLUMNS),
    "basis": "《中华人民共和国税收征收管理法实施细则》第十二条",
    "scenario": "办理税务登记时核对纳税人注册地行政区划",
    "scope": "全省税务登记业务，限本系统使用",
    "modes": ["interface", "database"],
    "purposes": [SYSTEMS["tax"].purpose],
}
# The states of a request that nobody has answered.
OPEN = ("submitted", "agreed", "received", "incomplete", "prepared")


def clear_away(stage: Stage, resource: str) -> int:
    """End the grants and requests that an interrupted run left open; how many there were."""
    head = stage.people["civil.head"]
    grants = head.all("/grants", resource=resource, state="active")
    for grant in grants:
        head.post(f"/grants/{grant['id']}/revoke", {"reason": "上次演示中断，收回授权"})
    return len(grants) + clear_requests(stage, resource, "tax")


def clear_requests(stage: Stage, resource: str, requester: str) -> int:
    """Withdraw the requests that an interrupted run left unanswered; how many there were."""
    steward = stage.people[f"{requester}.steward"]
    left = [
        request
        for state in OPEN
        for request in steward.all("/requests", resource=resource, state=state)
    ]
    for request in left:
        steward.post(f"/requests/{request['id']}/withdraw")
    return len(left)


def ask(stage: Stage, resource: str) -> dict[str, Any]:
    """The tax bureau's request for every item, with the five statements of Art. 20."""
    body = {
        **REQUEST,
        "resource": resource,
        "system": stage.systems["tax"],
        "ends_on": (date.today() + timedelta(days=365)).isoformat(),  # noqa: DTZ011
    }
    request: dict[str, Any] = stage.people["tax.steward"].post("/requests", body, 201)
    same("the state of the request", "submitted", request["state"])
    return request


def agree(stage: Stage, request: str) -> dict[str, Any]:
    """The tax bureau's own head agrees; the provider's clock, as it runs now.

    The data is shared unconditionally, so that a full consent lies ready for the signature.
    """
    answer = stage.people["tax.head"].post(f"/requests/{request}/agree")
    same("the state of the request", "prepared", answer["state"])
    return clock(stage, "C3", request, "open")


def consent(stage: Stage, request: str) -> dict[str, Any]:
    """The provider's head wants one item left out, the steward prepares that, the head signs;
    the grant."""
    head, steward = stage.people["civil.head"], stage.people["civil.steward"]
    head.post(f"/requests/{request}/return", {"reason": "内部校核用的数据项不必提供"})
    terms = {
        "consent": True,
        "items": list(GRANTED),
        "left_out": {WITHHELD: "仅供民政部门内部校核"},
    }
    steward.post(f"/requests/{request}/prepare", terms)
    answer = head.post(f"/requests/{request}/consent")
    same("the state of the request", "consented", answer["state"])
    clock(stage, "C3", request, "met")
    grant: dict[str, Any] = stage.people["tax.steward"].get(f"/grants/{answer['grant']}")
    same("the items granted", list(GRANTED), grant["items"])
    clock(stage, "C5", grant["id"], "open")
    return grant


def clock(stage: Stage, kind: str, subject: str, state: str) -> dict[str, Any]:
    """The statutory clock of a thing, which must be in this state."""
    found = stage.people["data.review"].all("/obligations", kind=kind, subject_id=subject)
    same(f"clocks {kind} of {subject}", [state], [row["state"] for row in found])
    return found[0]


def subscribe(stage: Stage, grant: str, receiver: Receiver, dsn: str, run: str) -> Copies:
    """The grant in use by pull, by signed webhook and by a table in a second database."""
    steward, system = stage.people["tax.steward"], stage.machines["tax"]
    pull = steward.post("/subscriptions", {"grant": grant, "mode": "pull"}, 201)
    body = {"grant": grant, "mode": "webhook", "url": receiver.url}
    webhook = steward.post("/subscriptions", body, 201)
    receiver.trust(webhook["secret"])
    sink = SinkCopy(dsn, f"division_codes_{run}")
    body = {
        "grant": grant,
        "mode": "sink",
        "dsn": dsn,
        "target_schema": sink.SCHEMA,
        "target_table": sink.table,
    }
    sink.lane = steward.post("/subscriptions", body, 201)["id"]
    return Copies(PullCopy(system, pull["id"]), WebhookCopy(system, webhook["id"], receiver), sink)


def catch_up(copies: Copies, number: int) -> None:
    """Bring new copies to the last batch: the first by the whole table, the others by the log."""
    copies.pull.begin()
    until(
        f"the new copies have batch {number}",
        lambda: all(copy.has(number) for copy in copies),
        60,
    )
