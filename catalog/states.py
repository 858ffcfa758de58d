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
