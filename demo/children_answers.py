"""The four answers that civil affairs gets, each the way its provider chose."""

from dataclasses import dataclass
from typing import Any

from demo.checks import same
from demo.registers import Stage
from demo.report import done

Row = dict[str, Any]
MASKS = {
    "name": {"kind": "partial", "form": "name"},
    "phone": {"kind": "partial", "form": "telephone"},
}
FILTER = 'home_division starts with "9901"'
REFUSAL = {
    "consent": False,
    "ground": "beyond_duty",
    "reason": "体检信息属于敏感个人信息，超出民政部门履职需要",
    "basis": "《中华人民共和国个人信息保护法》第二十八条",
}
CLAIM = (
    "《国务院关于加强农村留守儿童关爱保护工作的意见》（国发〔2016〕13号）要求掌握留守儿童身体状况，"
    "请求仅限体检结论，不含诊断。"
)
DECISION = "体检结论为帮扶所必需，应当提供；诊断不予提供。"
DOCUMENT = "示数裁〔2026〕1号"


@dataclass(frozen=True)
class Answering:
    """One request, as its provider's people and the requester's see it."""

    stage: Stage
    department: str
    request: str

    def by(self, office: str, deed: str, body: Row | None = None) -> Row:
        """A step of the provider's steward or head; the request after it."""
        api = self.stage.people[f"{self.department}.{office}"]
        row: Row = api.post(f"/requests/{self.request}/{deed}", body)
        return row

    def sign(self, **terms: Any) -> str:
        """The steward prepares a consent, the head signs it; the grant."""
        self.by("steward", "prepare", {"consent": True, **terms})
        answer = self.by("head", "consent")
        same("the state of the request", "consented", answer["state"])
        return str(answer["grant"])

    def must_not(self, office: str, deed: str, body: Row, status: int, code: str) -> None:
        """The step is refused with this code."""
        api = self.stage.people[f"{self.department}.{office}"]
        api.refused(api.attempt(f"/requests/{self.request}/{deed}", body), status, code)


def at_once(one: Answering) -> str:
    """省公安厅 consents in full on the day the request came."""
    one.by("steward", "receive")
    one.must_not("steward", "consent", {}, 403, "forbidden")
    grant = one.sign()
    done("省公安厅 consents in full at once: its steward prepares, its head signs")
    return grant


def after_supplement(one: Answering) -> str:
    """省教育厅 asks once for what is missing, which is no ground to refuse, and consents."""
    one.by("steward", "receive")
    missing = "一、使用依据的文号和条款；二、使用系统的网络安全等级保护备案号"
    one.by("steward", "ask", {"missing": missing})
    done(f"省教育厅 asks once for everything that is missing: {missing}")
    incomplete = {**REFUSAL, "ground": "incomplete"}
    one.must_not("steward", "prepare", incomplete, 422, "invalid")
    done("to refuse because something is missing is no ground that there is (422)")
    given = {"supplement": "一、国发〔2016〕13号第三部分；二、99000043001-26001"}
    one.stage.people["civil.steward"].post(f"/requests/{one.request}/supplement", given)
    one.must_not("steward", "ask", {"missing": "另请补充"}, 409, "already-asked")
    grant = one.sign()
    done("civil affairs supplements; a second asking is refused (409); 省教育厅 consents")
    return grant


def in_part(one: Answering) -> str:
    """省人社厅 consents to six of eight items, two of them masked, for one city alone."""
    one.by("steward", "receive")
    items = ["worker_id", "name", "home_division", "work_province", "work_place", "phone"]
    terms: Row = {"items": items, "masks": MASKS, "condition": FILTER, "calls_per_day": 2000}
    consent = {"consent": True, **terms}
    one.must_not("steward", "prepare", consent, 422, "terms-invalid")
    _extend(one)
    left_out = {"employer": "与查找留守儿童无关", "wage": "敏感个人信息，非必要"}
    grant = one.sign(**terms, left_out=left_out)
    done("省人社厅 consents in part: not employer and wage, each with its reason (without: 422),")
    done(f"name and phone masked, and only the rows where {FILTER}")
    return grant


def after_dispute(one: Answering) -> tuple[str, str]:
    """省卫健委 refuses with ground, reason and law, and loses the dispute; grant and dispute."""
    one.by("steward", "receive")
    one.must_not("steward", "prepare", {**REFUSAL, "basis": ""}, 422, "invalid")
    one.by("steward", "prepare", REFUSAL)
    refused = one.by("head", "refuse")
    same("the state of the request", "refused", refused["state"])
    done(f"省卫健委 refuses: {refused['answer_reason']} ({refused['answer_basis']})")
    dispute = _win(one)
    left_out = {"diagnosis": "依据裁定不予提供"}
    masks = {"examined_on": {"kind": "date", "to": "month"}}
    items = ["citizen_id", "examined_on", "result"]
    grant = one.sign(items=items, masks=masks, left_out=left_out)
    done("省卫健委 answers anew and consents to the result, the day of examination as its month")
    return grant, dispute


def _extend(one: Answering) -> None:
    """The provider asks the authority for more time, which tells the requester."""
    people = one.stage.people
    (due,) = people["data.review"].all("/obligations", kind="C4", subject_id=one.request)
    path = f"/obligations/{due['id']}"
    more = {"workdays": 5, "reason": "务工地点需向市县核实"}
    people["labour.head"].post(f"{path}/ask-extension", more)
    decision = {**more, "document": "示数延〔2026〕6号"}
    extended = people["data.review"].post(f"{path}/extend", decision)
    done(
        f"省人社厅 asks for 5 workdays more; the authority extends from {due['due_on']} to"
        f" {extended['due_on']} by {decision['document']}"
    )
    told = people["civil.head"].all("/notices")
    same(
        "what civil affairs is told of the extension",
        [extended["due_on"]],
        [row["facts"]["due_on"] for row in told if row["subject_id"] == due["id"]],
    )


def _win(one: Answering) -> str:
    people = one.stage.people
    body = {"request": one.request, "claim": CLAIM}
    opened = people["civil.head"].post("/disputes", body, 201)
    path = f"/disputes/{opened['id']}"
    people["health.head"].post(f"{path}/respond", {"response": "坚持原答复。"})
    people["civil.head"].post(f"{path}/refer")
    done("civil affairs disputes it; negotiation fails, the authority gets the case (Art. 28)")
    decided = people["data.review"].post(
        f"{path}/decide", {"outcome": "upheld", "decision": DECISION, "document": DOCUMENT}
    )
    same("the state of the dispute", "decided", decided["state"])
    reopened = people["civil.steward"].get(f"/requests/{one.request}")
    same("the state of the request", "received", reopened["state"])
    done(f"decided by {DOCUMENT} for civil affairs: {DECISION}")
    return str(opened["id"])
