from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.actions.sync_runs import cancel_run, retry_run, start_run
from exchange.actions.syncs import change_sync, close_sync, pause_sync, resume_sync, schedule_sync
from exchange.api import sync_examples as examples
from exchange.api.serializers.syncs import (
    ReportOut,
    SyncJobChangeIn,
    SyncJobIn,
    SyncJobOut,
    SyncRunOut,
)
from exchange.models import Connector, Dataset, SyncJob, SyncRun
from exchange.progress import public_report
from kernel.api import In, ReadView, ReasonIn


class SyncJobView(ReadView):
    """Sync jobs (库表交换): tables and files read into datasets by a timetable."""

    model = SyncJob
    out = SyncJobOut
    into = {
        "create": SyncJobIn,
        "partial_update": SyncJobChangeIn,
        "pause": ReasonIn,
        "resume": In,
        "close": In,
        "start": In,
        "reconcile": In,
    }
    answers = {"start": {202: SyncRunOut}, "reconcile": {202: SyncRunOut}}
    filters = {"dataset": "dataset_id", "connector": "connector_id", "state": "state"}
    related = ("dataset__schema", "connector")
    examples = {
        "create": examples.SCHEDULE,
        "partial_update": examples.CHANGE,
        "pause": examples.PAUSE,
    }

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Read a table or files into a dataset by a timetable."""
        values = self.read(request)
        dataset = self.chosen(Dataset, "dataset", values.pop("dataset"))
        connector = self.chosen(Connector, "connector", values.pop("connector"))
        made = schedule_sync(dataset, actor=self.actor, connector=connector, **values)
        return self.show(made, status=201)

    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Change what is read or when; other rows or columns make the next run read everything."""
        job = self.get_object()
        values = self.read(request)
        expected = self.expected(request)
        return self.show(change_sync(job, actor=self.actor, expected=expected, values=values))

    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Begin no more runs."""
        reason = self.read(request)["reason"]
        return self.show(pause_sync(self.get_object(), actor=self.actor, reason=reason))

    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Run again by the timetable."""
        self.read(request)
        return self.show(resume_sync(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Run no more, for good; what was published stays."""
        self.read(request)
        return self.show(close_sync(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Begin a run now; the answer is the run, whose progress can be read."""
        self.read(request)
        run = start_run(self.get_object(), actor=self.actor)
        return Response(self.shapes([run], SyncRunOut)[0], status=202)

    @action(detail=True, methods=["post"])
    def reconcile(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Compare the published rows with the source now; the answer is the run."""
        self.read(request)
        run = start_run(self.get_object(), actor=self.actor, kind=SyncRun.Kind.RECONCILE)
        return Response(self.shapes([run], SyncRunOut)[0], status=202)


class SyncRunView(ReadView):
    """Runs of sync jobs: their progress, their end and what they found."""

    model = SyncRun
    out = SyncRunOut
    into = {"cancel": In, "retry": In}
    answers = {"report": {200: ReportOut}}
    filters = {"job": "job_id", "state": "state", "kind": "kind"}
    related = ("job", "batch")

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Stop the run; nothing of it is published."""
        self.read(request)
        return self.show(cancel_run(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Try a failed run again, behind its last safe piece where that can help."""
        self.read(request)
        return self.show(retry_run(self.get_object(), actor=self.actor))

    @action(detail=True, methods=["get"])
    def report(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """What the run found: counts, rejected rows, or the comparison with the source."""
        run = self.get_object()
        told = {"run": run.pk, "kind": run.kind, "state": run.state, "report": public_report(run)}
        return Response(ReportOut(told).data)
