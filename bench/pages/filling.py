"""A register of systems, people and exchanges beside a grown catalogue, and who looks at it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.utils import timezone

from accounts.actions.scans import scan_systems
from accounts.actor import CLOCK
from accounts.models import Department, InformationSystem, Member, User
from accounts.permissions import Role
from bench.zombies.large import fill_large
from catalog.models import Resource

SEED, TEMPLATES, OWN_SYSTEMS = 5, 500, 200
# One person sees everything, one has much of one department.
VISITORS = {
    "bench.authority": [Role.AUTHORITY],
    "bench.department": [Role.DEPARTMENT_ADMIN, Role.STEWARD, Role.HEAD],
    "bench.auditor": [Role.AUDITOR],
    "bench.operator": [Role.OPERATOR],
}


def add_register(systems: int) -> dict[str, Any]:
    """``systems`` with a year of facts and their verdicts; the people who will look."""
    made = fill_large(SEED, TEMPLATES, max(1, systems // TEMPLATES), timezone.localdate())
    busiest = Resource.objects.values("department_id").annotate(n=Count("pk")).order_by("-n")
    department = Department.objects.get(pk=busiest[0]["department_id"])
    own = InformationSystem.objects.order_by("pk").values("pk")[:OWN_SYSTEMS]
    InformationSystem.objects.filter(pk__in=own).update(department=department)
    judged = scan_systems(actor=CLOCK).judged
    for name, roles in VISITORS.items():
        user = User.objects.create(username=name, name=name)
        values = [role.value for role in roles]
        Member.objects.create(user=user, department=department, roles=values)
    return {"systems": made["systems"], "judged": judged, "own_entries": busiest[0]["n"]}
