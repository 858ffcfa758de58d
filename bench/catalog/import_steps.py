"""What the import's benchmark needs first: the departments of the real catalogues, and a person."""

from __future__ import annotations

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402

from accounts import keys  # noqa: E402
from accounts.models import Department, Member, SessionToken, User  # noqa: E402
from accounts.permissions import Role  # noqa: E402
from bench.catalog.real import read_entries  # noqa: E402
from catalog.models import Category  # noqa: E402


def prepare() -> dict[str, str]:
    """Register departments, a class and a member of the authority; its token."""
    names = sorted({entry.department for entry in read_entries()} - {""})
    Department.objects.bulk_create(
        Department(name=name, credit_code=f"IMPORT{number:012}", division_code="990000")
        for number, name in enumerate(["示例市数据局", *names])
    )
    Category.objects.create(code="307024", name="示例市")
    department = Department.objects.get(name="示例市数据局")
    user = User.objects.create(username="bench-import", name="批量导入")
    Member.objects.create(user=user, department=department, roles=[Role.AUTHORITY.value])
    secret = keys.new_session()
    SessionToken.objects.create(
        user=user, digest=keys.digest(secret), expires_at=timezone.now() + timedelta(hours=1)
    )
    return {"token": secret, "department": str(department.pk)}


STEPS = {"prepare": prepare}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))
