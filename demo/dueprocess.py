"""From suspicion to deed: notice, answer, decision, retirement, and the steps that are refused."""

from datetime import timedelta
from typing import Any

from demo.census import BOOKKEEPING, BUDGET, OLD_CHAT, code_named, title
from demo.checks import same
from demo.client import Api
from demo.enrolment import today
from demo.registers import Stage
from demo.report import done
from demo.verdicts import case_of

WORKDAYS = 15
Row = dict[str, Any]


def bookkeeping(stage: Stage, systems: dict[str, Row]) -> None:
    """The whole way of one case: 省财政厅's stand-alone bookkeeping goes into the budget system."""
    head, other = stage.people["finance.head"], stage.people["data.publish"]
    system, target = systems[code_named(BOOKKEEPING)], systems[code_named(BUDGET)]
    case = case_of(head, system["id"])
    if case["state"] == "suspected":
        _refused(head, case, "answer", _merge(target), 409, "illegal-move")
        done("省财政厅 cannot answer before it is notified: 409")
        case = notify(stage, case)
        body = _decision("merge", merge_into=target["id"])
        _refused(other, case, "decide", body, 409, "answer-term-running")
        done("the authority cannot decide while the term runs and nothing is answered: 409")
    if case["state"] == "notified":
        case = head.post(f"/cases/{case['id']}/answer", _merge(target))
        same("whether the answer is late", False, case["is_answered_late"])
        done(f"省财政厅's head answers: merge into {target['name']}")
        _refused(head, case, "decide", _decision("keep"), 403, "forbidden")
        done("she cannot decide her own case: 403")
    if case["state"] == "answered":
        case = other.post(f"/cases/{case['id']}/decide", _decision("merge"))
        same("what is merged into", target["id"], case["merge_into"])
        done(f"数据局发布员 decides: merge, to be carried out by {case['due_on']}")
    if case["state"] == "decided":
        case = carry_out(stage, case)
    same("the state of the case", "completed", case["state"])
    done(f"case completed: {title(BOOKKEEPING)} frees {case['money_freed']} 万元 a year")


def notify(stage: Stage, case: Row) -> Row:
    """The authority's notice, with a term in working days."""
    api = stage.people["data.review"]
    found: Row = api.post(f"/cases/{case['id']}/notify", {"workdays": WORKDAYS})
    done(
        f"数据局审核员 notifies {found['department_name']}:"
        f" answer within {WORKDAYS} working days, by {found['answer_by']}"
    )
    return found


def carry_out(stage: Stage, case: Row) -> Row:
    """The department merges and retires its system; only then is the case done."""
    head, admin = stage.people["finance.head"], stage.people["finance.admin"]
    system = f"/systems/{case['system']}"
    if admin.get(system)["state"] != "retired":
        same("the state of the system", "being_merged", admin.get(system)["state"])
        body = {"outcome": "账套已迁移"}
        _refused(head, case, "complete", body, 409, "system-not-retired")
        done("the case cannot be completed while the system still runs: 409")
        reason = "2026年账套与凭证已迁入预算管理一体化系统，单机停用"
        retired = admin.post(
            f"{system}/retire", {"reason": reason, "document": "示财办〔2026〕118号"}
        )
        same("the state of the system", "retired", retired["state"])
        done("省财政厅's admin retires the system, with reason and document")
    body = {"outcome": "账套与凭证已迁移，旧机封存，不再支付运维费用"}
    done_case: Row = head.post(f"/cases/{case['id']}/complete", body)
    same("money freed, 万元 a year", system_cost(admin, case["system"]), done_case["money_freed"])
    return done_case


def own_case(stage: Stage, systems: dict[str, Row]) -> None:
    """The authority's own zombie: whoever answered for the department decides nothing."""
    both, other = stage.people["data.head"], stage.people["data.publish"]
    case = case_of(both, systems[code_named(OLD_CHAT)]["id"])
    if case["state"] == "suspected":
        case = notify(stage, case)
    if case["state"] == "notified":
        body = {"answer": "retire", "reason": "用户已全部转到省统一平台"}
        case = both.post(f"/cases/{case['id']}/answer", body)
        done("its head, who also works for the authority, answers: retire")
        _refused(both, case, "decide", _decision("retire"), 403, "same-person")
        done("she cannot decide on her own answer: 403 same-person")
    if case["state"] == "answered":
        case = other.post(f"/cases/{case['id']}/decide", _decision("retire"))
    same("the state of the case", "decided", case["state"])
    done(f"a colleague decided: retire by {case['due_on']}; the case stays open until it is done")


def system_cost(api: Api, system: str) -> Any:
    """What the register says that the system costs a year."""
    return api.get(f"/systems/{system}")["funding"]["maintenance_cost"]


def _merge(target: Row) -> Row:
    reason = "会计核算已由预算管理一体化系统覆盖，同意整合"
    return {"answer": "merge", "reason": reason, "merge_into": target["id"]}


def _decision(decision: str, **more: str) -> Row:
    due = today() + timedelta(days=60)
    reason = "功能重合，同意部门意见"
    return {"decision": decision, "reason": reason, "due_on": due.isoformat(), **more}


def _refused(api: Api, case: Row, deed: str, body: Row, status: int, code: str) -> None:
    """The step is refused and the case stands as it stood."""
    api.refused(api.attempt(f"/cases/{case['id']}/{deed}", body), status, code)
    same("the state of the case", case["state"], api.get(f"/cases/{case['id']}")["state"])
