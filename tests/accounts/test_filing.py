"""What a filing must say."""

import pytest

from accounts.filing import filing_faults, must_be_merged
from accounts.models import InformationSystem
from accounts.register.versions import values_of
from tests.factories.registers import FULL


def values(**columns):
    return values_of(InformationSystem(name="甲", **({"state": "in_operation"} | FULL | columns)))


def test_a_full_system_lacks_nothing():
    assert filing_faults(values()) == []


def test_every_item_that_lacks_is_named_at_once():
    empty = InformationSystem(name="甲", function="乙", state="in_operation")
    assert [fault.pointer for fault in filing_faults(values_of(empty))] == [
        "#/funding/project_name",
        "#/construction/builder",
        "#/funding/investment",
        "#/funding/maintenance_cost",
        "#/funding/funding_source",
        "#/use/data_items",
        "#/use/business_items",
        "#/protection/classified_protection",
        "#/protection/protection_level",
    ]


def test_no_cost_is_a_cost():
    assert filing_faults(values(investment=0, maintenance_cost=0)) == []


@pytest.mark.parametrize(
    ("state", "level", "asked"),
    [
        ("in_operation", "3", True),
        ("in_operation", "2", True),
        ("in_operation", "1", False),
        ("planned", "3", False),
    ],
)
def test_a_running_system_from_level_two_on_names_its_record(state, level, asked):
    faults = filing_faults(values(state=state, protection_level=level, protection_number=""))
    assert [fault.pointer for fault in faults] == ["#/protection/protection_number"] * asked


@pytest.mark.parametrize(
    ("level", "state", "must"),
    [
        ("office", "in_operation", True),
        ("bureau", "planned", True),
        ("department", "in_operation", False),
        ("office", "being_merged", False),
        ("office", "retired", False),
    ],
)
def test_what_bureaus_and_offices_hold_must_be_merged(level, state, must):
    assert must_be_merged(level, state) is must
