"""Showing masked values on pages: the step that does it, and what a page says of it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.forms import PlainForm
from accounts.portal.proposals import proposing
from accounts.portal.steps import Step
from exchange.actions.reveals import reveal_values
from exchange.models import Connector, Dataset
from exchange.reveals import NAME, is_allowed, is_revealed

REVEAL = Step(
    reveal_values,
    PlainForm,
    (Perm.VALUE_REVEAL,),
    _("Show masked values for ten minutes"),
    _("For ten minutes you see the values as they are; the trail says so."),
    lambda row: row.department_id,
)


def reveal_facts(row: Dataset | Connector, actor: Actor) -> dict[str, Any]:
    """Whether the values are shown now, and where it is proposed."""
    shown = is_revealed(row, actor)
    asks = not shown and may(actor, Perm.VALUE_REVEAL, row.department_id)
    asks = asks and not is_allowed(row, actor)
    return {
        "values_shown": shown,
        "reveal_address": proposing(actor, NAME, row.pk) if asks else "",
    }
