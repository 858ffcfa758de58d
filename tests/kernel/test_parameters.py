"""Query parameters that have few values."""

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from kernel.errors import Invalid
from kernel.parameters import choice_of, flag_of, one_of


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
