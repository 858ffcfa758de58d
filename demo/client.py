"""A small client of the API, such as a department's system would have."""

import secrets
from typing import Any

import httpx2
from httpx2 import Response

from demo.checks import Difference

TIMEOUT = httpx2.Timeout(30, connect=5)


class Api:
    """One caller: a person or an information system, known by a bearer token."""

    def __init__(self, url: str, token: str = "", name: str = "", purpose: str = "") -> None:
        self.name = name
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if purpose:
            headers["X-Purpose"] = purpose
        # The service is on this machine: a proxy of the environment must not be asked.
        self.http = httpx2.Client(
            base_url=f"{url}/api/v1", headers=headers, timeout=TIMEOUT, trust_env=False
        )

    def get(self, path: str, **parameters: Any) -> Any:
        """The JSON of an answer 200."""
        return self.fetch(path, **parameters).json()

    def fetch(self, path: str, accept: str = "application/json", **parameters: Any) -> Response:
        """An answer 200, for those who read its headers or another format."""
        answer = self.http.get(path, params=parameters, headers={"Accept": accept})
        return self._expect(answer, 200)

    def all(self, path: str, **parameters: Any) -> list[dict[str, Any]]:
        """Every item of a list, over all its pages."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, limit=500, **parameters, **cursor)
            found += page["items"]
            if not page["has_more"]:
                return found
            cursor = {"cursor": page["next_cursor"]}

    def post(self, path: str, body: dict[str, Any] | None = None, status: int = 0) -> Any:
        """The JSON of the answer to a POST; ``status`` 0 takes 200 and 201."""
        headers = (
            {"Idempotency-Key": secrets.token_hex(16)}
            if "Authorization" in (self.http.headers)
            else {}
        )
        answer = self.http.post(path, json=body or {}, headers=headers)
        return self._expect(answer, *([status] if status else [200, 201])).json()

    def send(self, path: str, media_type: str, body: bytes, **parameters: Any) -> Any:
        """The JSON of an answer 200 or 201 to a body that is a file."""
        headers = {"Content-Type": media_type}
        answer = self.http.post(path, params=parameters, content=body, headers=headers)
        return self._expect(answer, 200, 201).json()

    def attempt(self, path: str, body: dict[str, Any]) -> Response:
        """The answer to a POST that should be refused, whatever it is."""
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        return self.http.post(path, json=body, headers=headers)

    def publish(self, dataset: str, kind: str, media_type: str, body: bytes, key: str) -> Response:
        """The answer to a publication, whatever it is."""
        headers = {"Content-Type": media_type, "Idempotency-Key": key}
        return self.http.post(
            f"/datasets/{dataset}/batches", params={"kind": kind}, content=body, headers=headers
        )

    def refused(self, answer: Response, status: int, code: str) -> dict[str, Any]:
        """The problem of an answer that must be this refusal."""
        if answer.status_code != status or answer.json().get("code") != code:
            raise Difference(
                f"{_call(answer)} must be refused\n"
                f"  expected: {status} {code}\n  found:    {_told(answer)}"
            )
        return dict(answer.json())

    def _expect(self, answer: Response, *statuses: int) -> Response:
        if answer.status_code not in statuses:
            wanted = " or ".join(str(status) for status in statuses)
            raise Difference(
                f"{self.name or 'somebody'}: {_call(answer)}\n"
                f"  expected: {wanted}\n  found:    {_told(answer)}"
            )
        return answer


def _call(answer: Response) -> str:
    return f"{answer.request.method} {answer.request.url.path}"


def _told(answer: Response) -> str:
    """A refusal in words: status, code, title, detail, and each error with its place."""
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return f"{answer.status_code} {answer.text[:300]}"
    problem = answer.json()
    lines = [f"{problem['status']} {problem['code']}: {problem['title']}"]
    if problem.get("detail"):
        lines.append(problem["detail"])
    for error in problem.get("errors", [])[:5]:
        place = error.get("pointer") or f"line {error.get('line')}, {error.get('column')}"
        lines.append(f"{place}: {error['detail']}")
    return "\n            ".join(lines)
