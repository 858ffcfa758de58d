"""Query parameters: one of few words, yes or no, a day, a period."""

from datetime import date

import pytest
import time_machine
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from kernel.errors import Invalid
from kernel.parameters import choice_of, day_of, flag_of, one_of, period_of, whole_number


def asked(query: str) -> Request:
    return Request(APIRequestFactory().get(f"/?{query}"))


def test_what_is_left_out_is_the_first_value_or_none():
    assert one_of(asked(""), "as", "json", "csv") == "json"
    assert choice_of(asked(""), "as", ("json", "csv")) is None
    assert flag_of(asked(""), "open") is None


def test_what_is_said_counts():
    assert one_of(asked("as=csv"), "as", "json", "csv") == "csv"
    assert flag_of(asked("open=true"), "open") is True
    assert flag_of(asked("open=false"), "open") is False


@pytest.mark.parametrize("value", ["", "yes", "True"])
def test_another_value_is_refused_with_those_that_there_are(value):
    with pytest.raises(Invalid) as refused:
        flag_of(asked(f"open={value}"), "open")
    assert refused.value.facts["errors"] == [
        {
            "pointer": "#/open",
            "code": "invalid-choice",
            "detail": "must be one of: true, false",
        }
    ]


@pytest.mark.parametrize("value", ["", "tomorrow", "2026-02-30", "1948-12-31", "2200-01-01"])
def test_what_is_no_day_is_refused_with_an_example(value):
    with pytest.raises(Invalid) as refused:
        day_of(asked(f"since={value}"), "since")
    assert refused.value.facts["errors"][0]["detail"] == "must be a day, as in 2026-03-02"


@time_machine.travel("2026-11-22T12:00:00+08:00", tick=False)
def test_a_period_left_out_is_the_year_that_ends_today():
    assert period_of(asked("")) == (date(2025, 11, 22), date(2026, 11, 22))
    assert period_of(asked("until=2026-03-02")) == (date(2025, 3, 2), date(2026, 3, 2))


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(Invalid) as refused:
        period_of(asked("since=2026-03-03&until=2026-03-02"))
    assert refused.value.facts["errors"][0]["detail"] == "must be 2026-03-02 or earlier"


@pytest.mark.parametrize(
    "text", ["", "-1", "1.0", "1e3", "²", "١", "𐩀", "1 ", "9" * 10, "9" * 5000]
)
def test_what_is_no_plain_number_is_none(text):
    assert whole_number(text) is None
    assert (whole_number("0"), whole_number("999999999")) == (0, 999_999_999)
