"""Doors to steps with many resources at once: an outcome for each row, in the order asked."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from catalog.actions.bulk import Outcome, step_resources
from catalog.api.examples_changes import BULK_EXAMPLES
from catalog.api.serializers.changes import BulkIn, BulkOut, BulkReasonIn
from catalog.models import Resource
from kernel.api import ApiView
from kernel.errors import DomainError, Invalid
from kernel.problems import refusal


class ResourceBulkView(ApiView):
    """Steps with up to 200 resources; a refused row keeps no other from its step."""

    model = Resource
    out = BulkOut
    into = {
        "submit": BulkIn,
        "approve": BulkIn,
        "review": BulkIn,
        "publish": BulkIn,
        "return_": BulkReasonIn,
    }
    # Each row is a transaction of its own; a row that has taken its step refuses a second one.
    own_idempotency = True
    examples = BULK_EXAMPLES

    def submit(self, request: Request, **kwargs: Any) -> Response:
        """Hand versions in work to the department's head."""
        return self._step("submit", request)

    def approve(self, request: Request, **kwargs: Any) -> Response:
        """The head agrees to each; for each the authority's clock starts."""
        return self._step("approve", request)

    def review(self, request: Request, **kwargs: Any) -> Response:
        """The authority finds each in order."""
        return self._step("review", request)

    def publish(self, request: Request, **kwargs: Any) -> Response:
        """The authority puts each in force; new ones get their codes in the order of the ids."""
        return self._step("publish", request)

    def return_(self, request: Request, **kwargs: Any) -> Response:
        """Send each back to its writers, for one reason."""
        return self._step("return", request)

    def _step(self, verb: str, request: Request) -> Response:
        values = self.read(request)
        ids = values.pop("ids")
        if len(set(ids)) != len(ids):
            raise Invalid.field("ids", "name each resource once", "twice")
        rows = [_row(row) for row in step_resources(verb, ids, actor=self.actor, **values)]
        done = sum(row["done"] for row in rows)
        return Response({"done": done, "refused": len(rows) - done, "results": rows})


def _row(outcome: Outcome) -> dict[str, Any]:
    entry = outcome.entry
    if entry is None:
        told = _problem(outcome.refusal) if outcome.refusal else {}
        return {"id": outcome.resource_id, "done": False, "problem": told}
    return {
        "id": outcome.resource_id,
        "done": True,
        "state": entry.state,
        "number": entry.number,
        "code": entry.resource.code,
    }


def _problem(refused: DomainError) -> dict[str, Any]:
    found = refusal(refused)
    about = {"status": found.status, "code": found.code, "title": found.title}
    return {**found.facts, **about, **({"detail": found.detail} if found.detail else {})}
