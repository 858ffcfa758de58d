"""Demands for tests, in the state asked for."""

from typing import Any

import factory
from django.utils import timezone

from catalog.models import Demand
from kernel.models import uuid7
from tests.factories.accounts import DepartmentFactory


class DemandFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Demand

    department = factory.SubFactory(DepartmentFactory)
    title = factory.Sequence(lambda n: f"外出务工人员登记信息{n}")
    description = "核实留守儿童父母的务工地点。"
    wanted_items = ["姓名", "务工地点"]
    basis = "《未成年人保护法》第二十二条"
    scenario = "核实监护情况"
    submitted_by = factory.LazyFunction(uuid7)


def demand_in(state: str, **columns: Any) -> Demand:
    """A demand in this state with what it would have by then; keywords change columns."""
    now = timezone.now()
    steps: dict[str, Any] = {"state": state}
    if state not in ("submitted", "merged", "withdrawn"):
        steps |= {
            "routed_to": columns.pop("routed_to", None) or DepartmentFactory(),
            "route_reason": "属其职责",
            "routed_at": now,
            "answer_workdays": 10,
            "answer_by": timezone.localdate(now),
        }
    if state in ("refused", "disputed", "settled"):
        steps |= {
            "answer_reason": "依法不予提供",
            "legal_basis": "《监察法》第三十九条",
            "answered_by": uuid7(),
            "answered_at": now,
        }
    if state in ("disputed", "settled"):
        steps["dispute_reason"] = "条款不适用"
    return DemandFactory(**(steps | columns))
