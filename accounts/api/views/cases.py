"""Doors to zombie cases and merge proposals."""

from typing import Any

from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.cases import (
    answer_case,
    complete_case,
    decide_case,
    dismiss_case,
    merge_targets,
    notify_case,
    reopen_case,
)
from accounts.actions.merges import (
    abandon_merge,
    accept_merge,
    complete_merge,
    propose_merges,
    reject_merge,
)
from accounts.api import examples_cases as examples
from accounts.api.serializers.cases import (
    AcceptanceIn,
    AnswerIn,
    CaseOut,
    CompletionIn,
    DecisionIn,
    DismissalIn,
    MergeCompletionIn,
    MergeOut,
    NoticeIn,
    ProposalIn,
    ProposedOut,
    ReopeningIn,
)
from accounts.models import Department, MergeProposal, ZombieCase
from kernel.api import ReadView, ReasonIn
from kernel.errors import Invalid, NotFound


class CaseView(ReadView):
    """Cases against systems that look dead (僵尸信息系统): notice, answer, decision, deed."""

    model = ZombieCase
    out = CaseOut
    into = {
        "notify": NoticeIn,
        "answer": AnswerIn,
        "decide": DecisionIn,
        "complete": CompletionIn,
        "dismiss": DismissalIn,
        "reopen": ReopeningIn,
    }
    filters = {
        "state": "state",
        "department": "department_id",
        "system": "system_id",
        "level": "system__verdict__level",
        "overdue": "",
    }
    related = ("department", "system", "system__verdict")
    examples = examples.CASES

    def filter_queryset(self, queryset: Any) -> Any:
        """The cases that match; ``overdue=true``: whose answer or deed is late."""
        rows = super().filter_queryset(queryset)
        overdue = self.request.query_params.get("overdue")
        if overdue is None:
            return rows
        if overdue not in ("true", "false"):
            raise Invalid.field("overdue", "must be true or false", "invalid-choice")
        late = ZombieCase.objects.overdue(timezone.localdate()).values("pk")
        return rows.filter(pk__in=late) if overdue == "true" else rows.exclude(pk__in=late)

    @action(detail=True, methods=["post"])
    def notify(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Tell the department, with a term to answer in workdays."""
        return self.show(notify_case(self.get_object(), actor=self.actor, **self.read(request)))

    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The department's answer: keep, rectify, merge or retire."""
        row, values = self._with_target(request)
        return self.show(answer_case(row, actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The authority's decision, by somebody else than who answered."""
        row, values = self._with_target(request)
        return self.show(decide_case(row, actor=self.actor, **values))

    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """What was decided is done; a retired system frees its yearly maintenance cost."""
        return self.show(complete_case(self.get_object(), actor=self.actor, **self.read(request)))

    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """The authority drops the suspicion."""
        return self.show(dismiss_case(self.get_object(), actor=self.actor, **self.read(request)))

    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Take the decision back and ask again."""
        return self.show(reopen_case(self.get_object(), actor=self.actor, **self.read(request)))

    def _with_target(self, request: Request) -> tuple[ZombieCase, dict[str, Any]]:
        row, values = self.get_object(), self.read(request)
        if "merge_into" in values:
            try:
                targets = merge_targets(row, actor=self.actor)
                values["merge_into"] = self.fetch(targets, values["merge_into"])
            except NotFound as absent:
                raise Invalid.field(
                    "merge_into", "there is no such system", "not-found"
                ) from absent
        return row, values


class MergeView(ReadView):
    """Proposals to merge systems inside a department and across departments."""

    model = MergeProposal
    out = MergeOut
    into = {
        "propose": ProposalIn,
        "accept": AcceptanceIn,
        "reject": ReasonIn,
        "complete": MergeCompletionIn,
        "abandon": ReasonIn,
    }
    answers = {"propose": {201: ProposedOut}}
    filters = {"state": "state", "department": "", "target": "target_id"}
    related = ("target",)
    examples = examples.MERGES

    def filter_queryset(self, queryset: Any) -> Any:
        """The proposals that match; ``department``: of the target or of one of the systems."""
        rows: Any = super().filter_queryset(queryset)
        asked = self.request.query_params.get("department")
        if asked is None:
            return rows
        return rows.concerning(self.chosen(Department, "department", asked).pk)

    @action(detail=False, methods=["post"])
    def propose(self, request: Request, **kwargs: Any) -> Response:
        """Look for systems that could become one; gives what was not proposed before."""
        asked = self.read(request).get("department")
        department = self.chosen(Department, "department", asked) if asked else None
        made = propose_merges(actor=self.actor, department=department)
        return Response({"items": self.shapes(made)}, status=201)

    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Order the merge: its systems are being merged, until the day named."""
        return self.show(accept_merge(self.get_object(), actor=self.actor, **self.read(request)))

    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Turn the proposal down."""
        return self.show(reject_merge(self.get_object(), actor=self.actor, **self.read(request)))

    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """All systems of the proposal are retired."""
        return self.show(complete_merge(self.get_object(), actor=self.actor, **self.read(request)))

    @action(detail=True, methods=["post"])
    def abandon(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Give the merge up; what is not retired works on."""
        return self.show(abandon_merge(self.get_object(), actor=self.actor, **self.read(request)))
