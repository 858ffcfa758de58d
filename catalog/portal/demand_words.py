"""The portal's words for supply and demand (供需对接)."""

from django.utils.translation import gettext_lazy as _

STATES = {
    "submitted": (_("To be routed"), "warn"),
    "merged": (_("Merged"), ""),
    "routed": (_("Waiting for an answer"), "warn"),
    "offered": (_("Offered"), "good"),
    "met": (_("Met"), "good"),
    "refused": (_("Refused"), "bad"),
    "disputed": (_("Disputed"), "bad"),
    "settled": (_("Settled"), ""),
    "withdrawn": (_("Taken back"), ""),
}
# What is said beside a field, by the code of the action's refusal.
FIELD_ERRORS = {
    "in-the-past": _("Choose a day after today."),
    "out-of-range": _("Choose 1 to 60 workdays."),
    "same": _("Choose another one."),
    "not-own-resource": _("Choose an entry of the department that answers."),
    "not-in-force": _("This entry is not in force; publish it first."),
    "not-shared": _("This entry is not shared; refuse the demand with its basis instead."),
}
