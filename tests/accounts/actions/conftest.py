"""People and systems of the department that the deeds are about; cases on a Monday."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.actor import Actor
from accounts.models import Department, InformationSystem, ZombieCase
from tests.factories.accounts import SystemFactory
from tests.factories.cases import MONDAY, case_in


@pytest.fixture
def authority(actor_of: Callable[..., Actor]) -> Actor:
    """Somebody of the sharing authority."""
    return actor_of("authority")


@pytest.fixture
def admin(actor_of: Callable[..., Actor], department: Department) -> Actor:
    """The department's admin."""
    return actor_of("department_admin", department)


@pytest.fixture
def system(department: Department) -> InformationSystem:
    """A system of the department, MZ-07."""
    return SystemFactory(department=department, code="MZ-07")


@pytest.fixture
def monday(db: None, time_machine: Any) -> None:
    """It is Monday morning."""
    time_machine.move_to(MONDAY, tick=False)


@pytest.fixture
def case(department: Department) -> Callable[..., ZombieCase]:
    """``case("answered", ...)`` about a system of the department."""
    return lambda state="suspected", **columns: case_in(
        state,
        **({"system": SystemFactory(department=department, maintenance_cost="12.50")} | columns),
    )
