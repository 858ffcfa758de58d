"""Examples of zombie cases and merges for the API document; places and people are fictional."""

from drf_spectacular.utils import OpenApiExample as Example

_ID = "01930000-0000-7000-8000-0000000000{:02d}"
_CASE = {
    "id": _ID.format(11),
    "department": _ID.format(1),
    "department_name": "示例省民政厅",
    "system": _ID.format(2),
    "system_name": "内部考试报名网站",
    "state": "notified",
    "moves": ["dismiss", "answer", "decide"],
    "level": "suspected",
    "findings": [
        {
            "criterion": "Z5",
            "title": "使用范围小、频度低",
            "level": "suspected",
            "zh": "近12个月月均登录2次，低于每月10次；使用范围为处室内部。",
            "en": "2 log-ins a month over the last 12 months, below 10; used inside one office.",
            "facts": {"logins_a_month": 2, "use_scope": "office"},
            "missing": [],
        }
    ],
    "notified_at": "2026-03-02T09:00:00+08:00",
    "answer_workdays": 15,
    "answer_by": "2026-03-23",
    "is_provisional": False,
    "is_overdue": False,
    "is_escalated": False,
    "answer": "",
    "answer_reason": "",
    "answered_by": None,
    "answered_at": None,
    "is_answered_late": False,
    "promised_on": None,
    "merge_into": None,
    "decision": "",
    "decision_reason": "",
    "decided_by": None,
    "decided_at": None,
    "due_on": None,
    "outcome": "",
    "money_freed": None,
    "closed_at": None,
    "created_at": "2026-03-01T02:10:00+08:00",
    "updated_at": "2026-03-02T09:00:00+08:00",
}
_ANSWERS = {
    "Keep, with the reason": {
        "answer": "keep",
        "reason": "每年汛期集中使用，非汛期仅保留值守账号，附近三年使用记录",
    },
    "Rectify by a date": {
        "answer": "rectify",
        "reason": "补建业务事项关联，恢复月度补丁",
        "promised_on": "2026-06-30",
    },
    "Merge into another system": {
        "answer": "merge",
        "reason": "功能已由一体化办公平台覆盖",
        "merge_into": _ID.format(3),
    },
    "Retire": {
        "answer": "retire",
        "reason": "考试业务已移交人事考试院",
        "promised_on": "2026-05-31",
    },
}


def _asked(title: str, **value: object) -> Example:
    return Example(title, value=value, request_only=True)


CASES = {
    "retrieve": [Example("A department has to answer", value=_CASE, response_only=True)],
    "notify": [_asked("Fifteen workdays to answer", workdays=15)],
    "answer": [_asked(title, **value) for title, value in _ANSWERS.items()],
    "decide": [
        _asked(
            "Retire by the end of June",
            decision="retire",
            reason="业务已停办，同意停用，数据移交档案管理系统",
            due_on="2026-06-30",
        ),
        _asked(
            "Keep, exempt for a year",
            decision="keep",
            reason="季节性业务系统，同意保留",
            due_on="2027-03-01",
        ),
    ],
    "complete": [
        _asked("Done", outcome="系统已停用，数据已移交，云主机已退订", money_freed="12.50")
    ],
    "dismiss": [
        _asked(
            "Not a zombie",
            reason="登录日志未上报所致，系统实际在用",
            exempt_until="2026-09-30",
        )
    ],
    "reopen": [_asked("Circumstances changed", reason="整合目标系统停建，请重新答复", workdays=15)],
}
_MERGE = {
    "id": _ID.format(21),
    "department": _ID.format(1),
    "target": _ID.format(3),
    "target_name": "民政一体化业务平台",
    "state": "proposed",
    "moves": ["accept", "reject"],
    "reasons": {
        "systems": [
            {
                "system": _ID.format(2),
                "name": "社会组织处登记台账",
                "department": _ID.format(1),
                "department_name": "示例省民政厅",
                "grounds": ["overlap", "office_level"],
                "overlap": 0.83,
                "shared": ["社会团体成立登记", "社会团体变更登记"],
                "sentence_zh": "功能与民政一体化业务平台重合83%。",
                "sentence_en": "83% of its functions are in 民政一体化业务平台 too.",
                "maintenance_cost": "12.50",
                "dependants": {
                    "systems": ["社会组织年检系统"],
                    "holds": [],
                    "subscriptions": 0,
                    "risk": "medium",
                },
            }
        ],
        "freed_per_year": "12.50",
        "cost_unknown": 0,
        "risk": "medium",
    },
    "finish_by": None,
    "decided_by": None,
    "decision_reason": "",
    "money_freed": None,
    "closed_at": None,
    "created_at": "2026-03-02T09:00:00+08:00",
    "updated_at": "2026-03-02T09:00:00+08:00",
}
MERGES = {
    "retrieve": [Example("A proposal inside a department", value=_MERGE, response_only=True)],
    "propose": [_asked("In one department", department=_ID.format(1))],
    "accept": [
        _asked("Until the end of September", finish_by="2026-09-30", reason="按整合方案执行")
    ],
    "reject": [_asked("Different business", reason="两系统服务对象不同，业务不可替代")],
    "complete": [_asked("All are retired", money_freed="12.50")],
    "abandon": [_asked("The target is not built", reason="目标平台二期停建")],
}
_SECTIONS = {
    "systems": {"registered": 31, "living": 29, "running": 26, "started": 2, "stopped": 2},
    "states": {
        "planned": 1,
        "in_construction": 1,
        "trial": 1,
        "in_operation": 22,
        "suspended": 1,
        "being_merged": 3,
        "retired": 2,
    },
    "networks": {"dedicated": 9, "extranet": 12, "intranet": 1, "internet": 6, "other": 1},
    "ages": {
        "under_1": 2,
        "1_to_3": 6,
        "3_to_5": 8,
        "5_to_10": 9,
        "over_10": 3,
        "unknown": 1,
    },
    "money": {
        "investment": "8650.00",
        "maintenance": "912.30",
        "maintenance_unknown": "2",
        "freed_by_cases": "47.50",
        "freed_by_merges": "12.50",
    },
    "filings": {"draft": 3, "submitted": 2, "accepted": 25, "returned": 1},
    "levels": {"clear": 15, "watch": 4, "suspected": 6, "unknown": 3, "not_judged": 1},
    "cases": {
        "opened": 8,
        "notified": 7,
        "answered_in_time": 5,
        "answered_late": 1,
        "decided_keep": 1,
        "decided_rectify": 1,
        "decided_merge": 1,
        "decided_retire": 2,
        "dismissed": 1,
        "completed": 3,
        "cleared": 2,
        "open": 4,
        "overdue": 1,
    },
    "merges": {"proposed": 2, "open": 1, "completed": 1, "rejected": 0, "abandoned": 0},
    "connection": {"connected": 18, "not_connected": 8},
}
NUMBERS = [
    Example(
        "A province's department",
        value={
            "year": 2026,
            "as_of": "2026-03-02",
            "total": _SECTIONS,
            "departments": [{"department": _ID.format(1), "name": "示例省民政厅", **_SECTIONS}],
        },
        response_only=True,
    )
]
