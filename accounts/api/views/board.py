"""Doors to the board of deadlines, to what duties took, and to notices."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.notices import read_notices
from accounts.api.examples_board import BOARD, DURATIONS, NOTICES_READ
from accounts.api.serializers.board import (
    BoardOut,
    ClockStatisticsOut,
    NoticeOut,
    NoticesReadIn,
    NoticesReadOut,
)
from accounts.board import board, durations
from accounts.clocks import CLOCKS
from accounts.models import Department, Member, Notice, Obligation
from accounts.permissions import Perm
from accounts.policy import require
from kernel.api import ApiView, ReadView
from kernel.parameters import period_of


class _ClocksView(ApiView):
    """What is counted over the clocks that the actor may watch."""

    model = Obligation
    pagination_class = None

    def watched(self) -> QuerySet[Obligation]:
        """The clocks of the ``department`` asked for, or of all that the actor may watch."""
        require(self.actor, Perm.OBLIGATION_VIEW)
        rows = Obligation.objects.visible_to(self.actor)
        asked = self.request.query_params.get("department")
        if asked is None:
            return rows
        owner = self.fetch(Department.objects.visible_to(self.actor), asked)
        require(self.actor, Perm.OBLIGATION_VIEW, owner.pk)
        return rows.filter(department=owner)


class BoardView(_ClocksView):
    """The board of deadlines (时限看板)."""

    out = BoardOut
    answers = {"list": {200: BoardOut}}
    parameters = ("department",)
    examples = {"list": BOARD}

    def list(self, request: Request, **kwargs: Any) -> Response:
        """Open clocks of each department by standing and kind, those with most overdue first."""
        today = timezone.localdate()
        return Response(self.out({"as_of": today, "items": board(self.watched(), today)}).data)


class ClockStatisticsView(_ClocksView):
    """Legal against actual workdays (Art. 23)."""

    out = ClockStatisticsOut
    answers = {"list": {200: ClockStatisticsOut}}
    parameters = ("department", "since", "until")
    examples = {"list": DURATIONS}

    def list(self, request: Request, **kwargs: Any) -> Response:
        """For each kind of clock met in the period (a year to today if none is given)."""
        since, until = period_of(request)
        found = [(CLOCKS[row.kind], row) for row in durations(self.watched(), since, until)]
        data = {"since": since, "until": until, "items": found}
        return Response(self.out(data).data)


class NoticeView(ReadView):
    """What the person's department was told, for the roles that the person holds there."""

    model = Notice
    out = NoticeOut
    into = {"mark_read": NoticesReadIn}
    answers = {"mark_read": {200: NoticesReadOut}}
    filters = {"verb": "verb", "subject_id": "subject_id"}
    examples = {"mark_read": NOTICES_READ}

    def get_serializer_context(self) -> dict[str, Any]:
        """With the moment up to which the person has read."""
        member = Member.objects.filter(
            user_id=self.actor.id, department_id=self.actor.department_id
        ).first()
        return {**super().get_serializer_context(), "read": member and member.noticed_at}

    @action(detail=False, methods=["post"], url_path="read")
    def mark_read(self, request: Request, **kwargs: Any) -> Response:
        """Take the notices up to a moment as read."""
        found = read_notices(actor=self.actor, **self.read(request))
        return Response(NoticesReadOut({"read": found}).data)
