"""The entrance of the portal and its first page."""

from django.contrib.auth import login, logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions.sessions import sign_in, sign_out
from accounts.authentication import SESSION_DEPARTMENT
from accounts.errors import LockedOut, WrongPassword
from accounts.models import Member, User
from accounts.permissions import Role
from accounts.portal import words
from accounts.portal.access import signed_in
from accounts.portal.forms import DepartmentForm, SignInForm
from accounts.portal.home import home_of
from kernel.errors import NotFound
from kernel.pages import page
from kernel.problems import refusal


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """Sign in with a name and a password, then go where one wanted to go."""
    if request.method != "POST":
        return _sign_in_form(request, SignInForm())
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _sign_in_form(request, form, status=422)
    try:
        user = sign_in(**form.cleaned_data, request=request)
    except (WrongPassword, LockedOut) as refused:
        return _sign_in_form(request, form, refused.title, refusal(refused).status)
    login(request, user)
    request.session.pop(SESSION_DEPARTMENT, None)
    return redirect(_next(request))


@require_POST
def sign_out_page(request: HttpRequest) -> HttpResponse:
    """Sign out and forget the session."""
    if isinstance(request.user, User):
        sign_out(None, request.user, actor=request.actor)  # type: ignore[attr-defined]
    logout(request)
    return redirect("sign-in-page")


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


def _sign_in_form(
    request: HttpRequest, form: SignInForm, refused: str = "", status: int = 200
) -> HttpResponse:
    context = {"form": form, "refused": refused, "next": _next(request)}
    return page(request, "accounts/sign_in.html", context, status=status)


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else "/"
