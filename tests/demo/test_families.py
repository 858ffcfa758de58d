"""The families of the third story: nobody's numbers, right by their check characters."""

from datetime import date

import pyarrow as pa
import pytest

from accounts.codes import credit_code_fault
from demo import families
from demo.cast import SYSTEMS as MAIN_SYSTEMS
from demo.children_cast import DEPARTMENTS, PEOPLE, PURPOSE, SOURCES, SYSTEMS
from exchange.dataplane.checks import check_digit_holds

TODAY = date(2026, 11, 22)


def numbers() -> list[str]:
    rows = families.households()
    return [row[item] for row in rows for item in ("citizen_id", "father_id", "mother_id")]


def test_every_number_has_its_check_character_and_belongs_to_one() -> None:
    holds = check_digit_holds(pa.array(numbers()), "citizen-id")
    assert holds.to_pylist() == [True] * len(numbers())
    assert len(set(numbers())) == len(numbers()) == 3 * len(families.FAMILIES)


def test_the_children_of_one_city_are_planted() -> None:
    found = families.left_behind("9901", TODAY)
    planted = {row["citizen_id"]: row["name"] for row in families.households()}
    assert [planted[number] for number in found] == ["王小满", "李谷雨", "陈白露", "赵惊蛰"]
    assert len(families.left_behind("99", TODAY)) == 6


@pytest.mark.parametrize(
    ("born", "child"), [("2010-11-22", False), ("2010-11-23", True), ("2003-10-24", False)]
)
def test_a_child_is_under_sixteen(born: str, child: bool) -> None:
    assert families.is_child(born, TODAY) is child


def test_records_have_the_items_of_their_resource() -> None:
    for source in SOURCES.values():
        assert {tuple(row) for row in source.records()} == {tuple(source.columns)}


def test_everybody_has_a_place() -> None:
    assert not any(credit_code_fault(body.credit_code) for body in DEPARTMENTS.values())
    assert {person.department for person in PEOPLE} == set(DEPARTMENTS) == set(SOURCES)
    assert set(SYSTEMS) & set(MAIN_SYSTEMS) == set()
    assert [machine.purpose for machine in SYSTEMS.values() if machine.purpose] == [PURPOSE]
