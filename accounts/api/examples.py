"""Examples for the API document; the places and people are fictional."""

from drf_spectacular.utils import OpenApiExample as Example

_ID = "01930000-0000-7000-8000-000000000001"

SIGN_IN = [
    Example(
        "A person signs in",
        value={"username": "li.ming", "password": "correct horse battery staple"},
        request_only=True,
    ),
    Example(
        "The token, shown once",
        value={
            "token": "sqs_ZXhhbXBsZS1leGFtcGxlLWV4YW1wbGUtZXhhbXBsZQ",
            "expires_at": "2026-03-02T17:00:00+08:00",
            "name": "李明",
            "departments": [{"department": _ID, "name": "示例省民政厅", "roles": ["steward"]}],
        },
        response_only=True,
        status_codes=["200"],
    ),
]
PASSWORD = [
    Example(
        "A new password",
        value={
            "password": "correct horse battery staple",
            "new_password": "staple battery horse correct",
        },
        request_only=True,
    ),
]
DEPARTMENT = [
    Example(
        "A department of the fictional province",
        value={
            "name": "示例省民政厅",
            "short_name": "省民政厅",
            "kind": "C",
            "credit_code": "11990000MB9002969X",
            "division_code": "990000",
        },
        request_only=True,
    )
]
MEMBER = [
    Example(
        "A new steward",
        value={
            "department": _ID,
            "username": "li.ming",
            "name": "李明",
            "password": "correct horse battery staple",
            "roles": ["steward"],
        },
        request_only=True,
    )
]
ROLE = [Example("Head of the sharing office", value={"role": "head"}, request_only=True)]
SYSTEM_NEW = [
    Example(
        "A system in operation",
        value={
            "department": _ID,
            "name": "示例省区划地名管理系统",
            "function": "管理行政区划代码和标准地名",
            "network": "extranet",
            "state": "in_operation",
        },
        request_only=True,
    )
]
SYSTEM_CHANGE = [
    Example(
        "A higher cost of maintenance",
        value={
            "change_message": "依据2026年运维合同更新",
            "construction": {"maintainer": "示例信息技术公司", "maintained_until": "2027-06-30"},
            "funding": {"maintenance_cost": "18.50"},
        },
        request_only=True,
    )
]
SYSTEM_MOVE = [
    Example(
        "A step with its evidence",
        value={"reason": "验收合格，转入正式运行", "document": "示民函〔2026〕8号"},
        request_only=True,
    )
]
SYSTEM_MERGE = [
    Example(
        "Into the department's platform",
        value={"into": _ID, "reason": "业务并入一体化平台", "document": "示民函〔2026〕9号"},
        request_only=True,
    )
]
FILING = [
    Example(
        "No similar system serves",
        value={"reason": "在用系统均不支持跨省办理"},
        request_only=True,
    )
]
FILING_RETURN = [
    Example("A sum is missing", value={"reason": "投资额度与批复不符"}, request_only=True)
]
RELATION = [
    Example(
        "It draws on another system",
        value={"kind": "uses", "other": _ID, "note": "按日取区划代码"},
        request_only=True,
    )
]
CREDENTIAL = [
    Example("For half a year", value={"days": 180}, request_only=True),
    Example(
        "To sign calls, from one network",
        value={"kind": "signing", "algorithm": "hmac-sm3", "networks": ["10.1.0.0/16"]},
        request_only=True,
    ),
]
FORM = "application/x-www-form-urlencoded"
TOKEN = [
    Example(
        "A token to read with",
        value={"grant_type": "client_credentials", "scope": "read"},
        media_type=FORM,
        request_only=True,
    )
]
TOKEN_NAMED = [
    Example("A token", value={"token": "sqt_..."}, media_type=FORM, request_only=True),
]
ACCESS = [
    Example(
        "Signed calls from one network",
        value={"signed_only": True, "networks": ["10.1.0.0/16"]},
        request_only=True,
    )
]
EXTENSION = [
    Example(
        "Ten more workdays",
        value={"workdays": 10, "reason": "需跨部门核实", "document": "示数函〔2026〕3号"},
        request_only=True,
    )
]
EXPLANATION = [
    Example("Force majeure", value={"just_cause": "因洪水造成机房停运三日"}, request_only=True)
]
CLOCK_LIMIT = [
    Example(
        "Five workdays instead of ten",
        value={"workdays": 5, "basis": "示例省政务数据共享办法第十二条"},
        request_only=True,
    )
]
CALENDAR = [
    Example(
        "Two days of a year",
        value={
            "year": 2026,
            "days": [
                {"name": "元旦", "date": "2026-01-02", "isOffDay": True},
                {"name": "元旦", "date": "2026-01-04", "isOffDay": False},
            ],
            "source": "国办发明电〔2025〕7号",
        },
        request_only=True,
    )
]
SIGNALS = [
    Example(
        "Log-ins of a day",
        value={
            "system": _ID,
            "kind": "login",
            "at": "2026-03-02",
            "number": 86,
            "source": "access-log",
            "reference": "login-2026-03-02",
        },
        request_only=True,
        media_type="application/json",
    ),
    Example(
        "Two lines of NDJSON",
        value=(
            '{"system_code": "MZ-07", "kind": "login", "at": "2026-03-02", "number": 86}\n'
            '{"system_code": "MZ-07", "kind": "cpu_percent",'
            ' "at": "2026-03-02T10:00:00+08:00", "number": 3.5, "source": "monitor"}\n'
        ),
        request_only=True,
        media_type="application/x-ndjson",
    ),
    Example(
        "CSV",
        value="系统编码,指标,时间,数值\nMZ-07,登录次数,2026-03-02,86\n",
        request_only=True,
        media_type="text/csv",
    ),
    Example(
        "One line was no fact",
        value={
            "received": 3,
            "accepted": 2,
            "new": 1,
            "repeated": 1,
            "rejected": 1,
            "dry_run": False,
            "errors": [
                {
                    "line": 3,
                    "column": "number",
                    "code": "number-negative",
                    "detail": "must be zero or more",
                }
            ],
        },
        response_only=True,
        status_codes=["200"],
    ),
]
DEPARTMENT_CHANGE = [Example("A new short name", value={"short_name": "民政厅"}, request_only=True)]
