"""Every state machine of the exchange, as tables. docs/states.md is generated from here."""

from kernel.states import Machine

DATASET = Machine(
    "dataset",
    "open",
    {
        "close": ("open", "closed"),
    },
)

# The requester's head agrees first, then the provider receives it, asks once for what is missing,
# prepares an answer, and its head answers (Order 809 Art. 20-21). A dispute may reopen a refusal.
REQUEST = Machine(
    "sharing request",
    "submitted",
    {
        "agree": ("submitted", "agreed"),
        "decline": ("submitted", "declined"),
        "receive": ("agreed", "received"),
        "ask": ("received", "incomplete"),
        "supplement": ("incomplete", "received"),
        "prepare": ("received incomplete", "prepared"),
        "return": ("prepared", "received"),
        "consent": ("prepared", "consented"),
        "refuse": ("prepared", "refused"),
        "withdraw": ("submitted agreed received incomplete prepared", "withdrawn"),
        "reopen": ("refused", "received"),
    },
)
# What the provider has and has not answered.
REQUEST_PENDING = ("agreed", "received", "incomplete", "prepared")
REQUEST_OPEN = ("submitted", *REQUEST_PENDING)

# Art. 27: misuse suspends, and is rectified; what has ended is disposed of with a certificate.
GRANT = Machine(
    "grant",
    "active",
    {
        "suspend": ("active rectified", "suspended"),
        "rectify": ("suspended", "rectified"),
        "resume": ("suspended rectified", "active"),
        "revoke": ("active suspended rectified", "revoked"),
        "finish": ("active suspended rectified", "finished"),
        "expire": ("active suspended rectified", "expired"),
        "dispose": ("revoked finished expired", "disposed"),
    },
)
# Not in force at this moment, but not ended either.
GRANT_STOPPED = ("suspended", "rectified")
GRANT_RUNNING = ("active", *GRANT_STOPPED)
GRANT_ENDED = ("revoked", "finished", "expired")

SUBSCRIPTION = Machine(
    "subscription",
    "active",
    {
        "pause": ("active", "paused"),
        "resume": ("paused", "active"),
        "end": ("active paused", "ended"),
    },
)

# 校核: the respondent verifies and feeds back; the counter may go on meanwhile (Art. 26).
OBJECTION = Machine(
    "objection",
    "submitted",
    {
        "receive": ("submitted", "received"),
        "resolve": ("received", "resolved"),
        "close": ("resolved", "closed"),
        "withdraw": ("submitted received", "withdrawn"),
    },
)
OBJECTION_OPEN = ("submitted", "received")

# Art. 28: the two departments, then the authority, then the government.
DISPUTE = Machine(
    "dispute",
    "negotiating",
    {
        "refer": ("negotiating", "with_authority"),
        "elevate": ("with_authority", "with_government"),
        "settle": ("negotiating with_authority with_government", "settled"),
        "decide": ("with_authority with_government", "decided"),
        "withdraw": ("negotiating with_authority with_government", "withdrawn"),
    },
)
DISPUTE_OPEN = ("negotiating", "with_authority", "with_government")

# Art. 27: a provider stops or changes a service after consent of those it serves, or filing.
SERVICE_CHANGE = Machine(
    "service change",
    "announced",
    {
        "file": ("announced", "filed"),
        "complete": ("announced filed", "completed"),
        "withdraw": ("announced filed", "withdrawn"),
    },
)

# A department's webhook for its notices.
HOOK = Machine(
    "hook",
    "active",
    {
        "pause": ("active", "paused"),
        "resume": ("paused", "active"),
        "close": ("active paused", "closed"),
    },
)

# Where a department's data comes from or goes to, and how to get in.
CONNECTOR = Machine(
    "connector",
    "active",
    {"close": ("active", "closed")},
)

# 库表交换: what is read from a connector into a dataset, and when.
SYNC_JOB = Machine(
    "sync job",
    "active",
    {
        "pause": ("active", "paused"),
        "resume": ("paused", "active"),
        "close": ("active paused", "closed"),
    },
)

# One pass of a sync job. It waits between attempts and turns, and where its worker was lost.
SYNC_RUN = Machine(
    "sync run",
    "queued",
    {
        "start": ("queued", "running"),
        "wait": ("running", "queued"),
        "complete": ("running", "done"),
        "fail": ("running", "failed"),
        "cancel": ("queued running", "cancelled"),
        "retry": ("failed", "queued"),
    },
)
RUN_OPEN = ("queued", "running")

# A body that arrives in parts.
UPLOAD = Machine(
    "upload",
    "open",
    {
        "finish": ("open", "finished"),
        "cancel": ("open", "cancelled"),
        "expire": ("open", "expired"),
    },
)

# 服务接口: a provider's own HTTP interface, called through the hub.
INTERFACE = Machine(
    "service interface",
    "open",
    {
        "pause": ("open", "paused"),
        "resume": ("paused", "open"),
        "close": ("open paused", "closed"),
    },
)

# A system's key for the national gateways' way of signing.
GATEWAY_KEY = Machine(
    "gateway key",
    "active",
    {"revoke": ("active", "revoked")},
)
