"""My account: who I am, for whom I act, what I may, and where I am signed in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actor import Actor
from accounts.models import Member, SessionToken, User
from accounts.permissions import ROLES, Role
from accounts.portal import words
from accounts.portal.access import signed_in
from kernel.pages import page


@require_safe
@signed_in
def account_page(request: HttpRequest) -> HttpResponse:
    """The person's memberships with their roles, and the sign-ins over the API that are open."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows: Any = Member.objects.active().filter(user_id=actor.id)
    mine = rows.select_related("department").order_by("department__name")
    live = SessionToken.objects.filter(revoked_at=None, expires_at__gt=timezone.now())
    context = {
        "person": User.objects.get(pk=actor.id or ""),
        "memberships": [
            (one.department, _roles(one.roles), one.department_id == actor.department_id)
            for one in mine
        ],
        "permissions": sorted({p.value for role in actor.roles for p in ROLES[role].perms}),
        "tokens": live.filter(user_id=actor.id or "").order_by("-created_at"),
    }
    return page(request, "accounts/account.html", context)


def _roles(roles: list[str]) -> list[Any]:
    return [words.ROLES[Role(role)] for role in roles]
