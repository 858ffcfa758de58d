"""What every refusal of the API looks like."""

from typing import Any

from django.http import HttpResponse


def assert_problem(response: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """The answer is this RFC 9457 problem; gives its members."""
    assert response.status_code == status, (response.status_code, response.content[:2000])
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert (body["status"], body["code"]) == (status, code), body
    assert body["type"].endswith(code)
    assert body["title"]
    assert body["instance"]
    assert body["request_id"] == response["X-Request-Id"]
    return body


def refused(answer: HttpResponse, status: int, place: str = "") -> dict[str, Any]:
    """The answer is a problem with this status, whose text names the place; gives its members."""
    assert answer.status_code == status, (answer.status_code, answer.content[:500])
    assert answer["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert place in str(problem), problem
    return problem
