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
        "retire": ("planned in_construction trial in_operation suspended", "retired"),
    },
)
RUNNING = ("trial", "in_operation")
REGISTRABLE = ("planned", "in_construction", "trial", "in_operation")

OBLIGATION = Machine(
    "obligation",
    "open",
    {
        "meet": ("open", "met"),
        "cancel": ("open", "cancelled"),
    },
)
