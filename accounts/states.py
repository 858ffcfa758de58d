"""Every state machine of accounts, as tables. docs/states.md is generated from here."""

from kernel.states import Machine

SYSTEM = Machine(
    "system",
    "planned",
    {
        "construct": ("planned", "in_construction"),
        "try": ("in_construction", "trial"),
        "commission": ("in_construction trial", "in_operation"),
        "suspend": ("trial in_operation", "suspended"),
        "resume": ("suspended", "in_operation"),
        "merge": ("trial in_operation suspended", "being_merged"),
        "keep": ("being_merged", "in_operation"),
        "retire": ("planned in_construction trial in_operation suspended being_merged", "retired"),
    },
)
RUNNING = ("trial", "in_operation", "being_merged")
MERGEABLE_INTO = ("trial", "in_operation")

# 备案: without an accepted filing a system is neither approved nor funded (39号, measure 6).
FILING = Machine(
    "system filing",
    "draft",
    {
        "submit": ("draft returned", "submitted"),
        "accept": ("submitted", "accepted"),
        "return": ("submitted", "returned"),
    },
    field="filing_state",
)

# Nothing is closed by the clock: each way out is a person's decision or deed.
ZOMBIE_CASE = Machine(
    "zombie case",
    "suspected",
    {
        "notify": ("suspected", "notified"),
        "dismiss": ("suspected notified answered", "dismissed"),
        "answer": ("notified", "answered"),
        "decide": ("notified answered", "decided"),
        "complete": ("decided", "completed"),
        "reopen": ("decided", "notified"),
    },
)
CASE_OPEN = ("suspected", "notified", "answered", "decided")

MERGE = Machine(
    "merge proposal",
    "proposed",
    {
        "accept": ("proposed", "accepted"),
        "reject": ("proposed", "rejected"),
        "complete": ("accepted", "completed"),
        "abandon": ("accepted", "abandoned"),
    },
)
REGISTRABLE = ("planned", "in_construction", "trial", "in_operation")

OBLIGATION = Machine(
    "obligation",
    "open",
    {
        "meet": ("open", "met"),
        "cancel": ("open", "cancelled"),
    },
)

# What two people must want: one proposes, another confirms, and then it is done.
PROPOSAL = Machine(
    "proposal",
    "proposed",
    {
        "confirm": ("proposed", "confirmed"),
        "refuse": ("proposed", "refused"),
        "withdraw": ("proposed confirmed", "withdrawn"),
        "expire": ("proposed confirmed", "expired"),
        "carry_out": ("confirmed", "done"),
    },
)
PROPOSAL_OPEN = ("proposed", "confirmed")

# 网络安全事件: judged anew until it is reported; one that has to be reported is closed after that.
INCIDENT = Machine(
    "incident",
    "found",
    {
        "grade": ("found", "found"),
        "report": ("found", "reported"),
        "close": ("found reported", "closed"),
    },
)
