"""Every state machine of the exchange, as tables. docs/states.md is generated from here."""

from kernel.states import Machine

DATASET = Machine(
    "dataset",
    "open",
    {
        "close": ("open", "closed"),
    },
)

# The requester's head agrees first, then the provider's head answers (Order 809 Art. 20-21).
REQUEST = Machine(
    "sharing request",
    "submitted",
    {
        "agree": ("submitted", "agreed"),
        "decline": ("submitted", "declined"),
        "consent": ("agreed", "consented"),
        "refuse": ("agreed", "refused"),
        "withdraw": ("submitted agreed", "withdrawn"),
    },
)

GRANT = Machine(
    "grant",
    "active",
    {
        "revoke": ("active", "revoked"),
        "expire": ("active", "expired"),
    },
)

SUBSCRIPTION = Machine(
    "subscription",
    "active",
    {
        "pause": ("active", "paused"),
        "resume": ("paused", "active"),
        "end": ("active paused", "ended"),
    },
)
