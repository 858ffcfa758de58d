"""Pages about the platform itself."""

from django.http import HttpRequest, HttpResponse

from kernel.pages import page
from kernel.refusals import all_refusals


def problems(request: HttpRequest) -> HttpResponse:
    """What every problem code means; the ``type`` of a problem document points here."""
    return page(request, "problems.html", {"refusals": all_refusals()})
