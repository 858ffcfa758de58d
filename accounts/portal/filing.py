"""The last part of the form: what a filing still lacks, who does the same already, filing it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts.actions.filings import similar_systems
from accounts.filing import is_new_construction
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.entry import CHECK, PLACES, lacking
from accounts.portal.registering import mine, places
from accounts.portal.system_steps import FileForm
from accounts.states import FILING
from kernel.pages import page


@require_GET
@signed_in
def check_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is missing by part, and when nothing is, the step that hands the filing in."""
    actor, row = mine(request, pk)
    lacks, titles = lacking(row), dict(PLACES)
    is_open = FILING.allows(row.filing_state, "submit")
    context = {
        "system": row,
        "places": places(row, CHECK),
        "lacks": [(name, titles[name], lacks[name]) for name in titles if name in lacks],
        "similar": similar_systems(row) if is_open and is_new_construction(row.state) else [],
        "filing": words.FILING_STATES[row.filing_state],
        "is_open": is_open,
        "may_file": may(actor, Perm.SYSTEM_FILE, row.department_id),
        "form": FileForm.blank(row, actor),
        "step": words.SYSTEM_STEPS["file"][0],
    }
    return page(request, "accounts/system_check.html", context)
