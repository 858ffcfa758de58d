"""The people through whose hands a resource goes."""

from types import SimpleNamespace

import pytest

from accounts.models import Department
from catalog.actions.resources import submit_resource
from catalog.actions.reviews import approve_resource, publish_resource, review_resource
from catalog.models import Resource
from tests.factories.accounts import DepartmentFactory, MemberFactory
from tests.factories.catalog import CategoryFactory, entry_with_items
from tests.people import actor_for

STEPS = {
    "submitted": ("steward", submit_resource),
    "approved": ("head", approve_resource),
    "reviewed": ("authority", review_resource),
    "published": ("authority", publish_resource),
}


class Cast(SimpleNamespace):
    """Members and actors: of the civil affairs department, of the authority, of a third one."""

    civil: Department
    bureau: Department
    third: Department

    def actor(self, name: str):
        """The actor of this person."""
        return actor_for(self.members[name])

    def resource(self, state: str = "draft", **entry) -> Resource:
        """A resource of the civil affairs department, brought to the state by its people."""
        category = entry.pop("category", None) or CategoryFactory(code="307024")
        owner = {"resource__department": self.civil, "resource__category": category}
        made = entry_with_items(**(owner | entry))
        return self.bring(made.resource, state)

    def bring(self, resource: Resource, state: str) -> Resource:
        """Take the version in work through the steps up to this state."""
        for reached, (who, step) in STEPS.items() if state != "draft" else ():
            step(resource, actor=self.actor(who))
            if reached == state:
                break
        resource.refresh_from_db()
        return resource


@pytest.fixture
def cast(db) -> Cast:
    civil, bureau, third = (
        DepartmentFactory(name=name) for name in ("示例省民政厅", "示例省数据局", "示例省教育厅")
    )

    def member(department, *roles):
        return MemberFactory(department=department, roles=list(roles))

    return Cast(
        civil=civil,
        bureau=bureau,
        third=third,
        members={
            "steward": member(civil, "steward"),
            "head": member(civil, "head"),
            "authority": member(bureau, "authority"),
            "desk": member(bureau, "business_operator"),
            "auditor": member(bureau, "auditor"),
            "operator": member(bureau, "operator"),
            "third steward": member(third, "steward"),
            "third head": member(third, "head"),
        },
    )
