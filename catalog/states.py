"""Every state machine of the catalogue, as tables. docs/states.md is generated from here."""

from kernel.states import Machine

# A version of a resource. The published one stays in force while its successor is edited.
ENTRY = Machine(
    "catalogue entry",
    "draft",
    {
        "submit": ("draft returned", "submitted"),
        "approve": ("submitted", "approved"),
        "review": ("approved", "reviewed"),
        "publish": ("reviewed", "published"),
        "return": ("submitted approved reviewed", "returned"),
        "supersede": ("published", "superseded"),
        "withdraw": ("published", "withdrawn"),
    },
)
EDITABLE = ("draft", "returned")
IN_PROGRESS = ("draft", "returned", "submitted", "approved", "reviewed")
WITH_AUTHORITY = ("approved", "reviewed", "published", "superseded", "withdrawn")
# A draft holds no name against its neighbours.
HOLDING_NAME = ("submitted", "approved", "reviewed", "published")
EVER_IN_FORCE = ("published", "superseded", "withdrawn")

# A file is checked (dry run) as often as its mapping changes, then taken in once.
INTAKE = Machine(
    "catalogue import",
    "uploaded",
    {
        "check": ("uploaded checked", "checked"),
        "take": ("checked", "taken"),
        "discard": ("uploaded checked", "discarded"),
    },
)

LIKENESS = Machine(
    "likeness",
    "open",
    {
        "confirm": ("open", "confirmed"),
        "dismiss": ("open confirmed", "dismissed"),
        "reopen": ("dismissed", "open"),
    },
)

CAMPAIGN = Machine(
    "census campaign",
    "open",
    {
        "close": ("open", "closed"),
    },
)

CAMPAIGN_TASK = Machine(
    "census task",
    "open",
    {
        "confirm": ("open returned", "confirmed"),
        "return": ("confirmed", "returned"),
    },
)

# 供需对接: merged with its like and routed; answered by an entry or refused with the law's words.
DEMAND = Machine(
    "demand",
    "submitted",
    {
        "merge": ("submitted", "merged"),
        "route": ("submitted routed", "routed"),
        "offer": ("routed", "offered"),
        "refuse": ("routed", "refused"),
        "accept": ("offered", "met"),
        "dispute": ("offered refused", "disputed"),
        "settle": ("disputed", "settled"),
        "reroute": ("disputed", "routed"),
        "withdraw": ("submitted routed", "withdrawn"),
    },
)
