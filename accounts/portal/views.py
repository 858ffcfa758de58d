"""The portal's first page, and for which of one's departments one acts."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from accounts.authentication import SESSION_DEPARTMENT
from accounts.models import Member
from accounts.permissions import Role
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.forms import DepartmentForm
from accounts.portal.home import home_of
from kernel.errors import NotFound
from kernel.pages import page


@require_http_methods(["GET", "HEAD", "POST"])
def choose_department(request: HttpRequest) -> HttpResponse:
    """Say for which of one's departments one acts from now on."""
    if not request.actor.is_authenticated:  # type: ignore[attr-defined]
        return redirect_to_login(request.get_full_path())
    members = Member.objects.active().filter(user_id=request.actor.id)  # type: ignore[attr-defined]
    if request.method == "POST":
        form = DepartmentForm(request.POST)
        if not form.is_valid() or not members.filter(**form.cleaned_data).exists():
            raise NotFound()
        request.session[SESSION_DEPARTMENT] = str(form.cleaned_data["department"])
        return redirect("home")
    choices = [
        (member.department, [words.ROLES[Role(role)] for role in member.roles])
        for member in members.select_related("department").order_by("pk")
    ]
    return page(request, "accounts/departments.html", {"choices": choices})


@require_GET
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """What concerns the person who came."""
    actor = request.actor  # type: ignore[attr-defined]
    several = Member.objects.active().filter(user_id=actor.id).count() > 1
    return page(request, "accounts/home.html", {**home_of(actor), "several": several})
