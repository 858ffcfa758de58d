"""Is the process alive, can it serve, how does the platform fare, and what verifies its evidence:
/healthz, /readyz, /metrics, /.well-known/evidence-keys."""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.models import F, Min
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from accounts.evidence import standings
from accounts.evidencekeys import public_keys
from accounts.ledgers import ledgers
from accounts.models import Heartbeat, Obligation
from accounts.trail import unsealed
from exchange.dataplane.errors import DataplaneError
from exchange.models import Batch, Dataset, Snapshot, Subscription
from exchange.storage import store
from kernel.errors import NotFound


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; asks nothing else, so a slow database restarts no web server."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Database and store can be used; 503 names what cannot. Redis may be away: it costs time."""
    checks = {"database": _database(), "store": _store()}
    ready = all(checks.values())
    body = {name: "ok" if fine else "failing" for name, fine in checks.items()}
    return JsonResponse(body, status=200 if ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """The platform's figures for Prometheus, read from the database when asked.

    So any number of web processes give the same answer. Needs METRICS_TOKEN as a bearer token
    where one is set; without it the address looks absent.
    """
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    if settings.METRICS_TOKEN and not hmac.compare_digest(given.encode(), wanted.encode()):
        raise NotFound()
    registry = CollectorRegistry()
    registry.register(PlatformFigures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def evidence_keys(request: HttpRequest) -> HttpResponse:
    """The public keys of the evidence, a line each, as the stand-alone verifier reads them."""
    return HttpResponse("\n".join(public_keys()) + "\n", content_type="text/plain")


class PlatformFigures(Collector):
    """What an operator watches: lag, backlog, deadlines, evidence, signs of life."""

    def collect(self) -> Iterator[Metric]:
        """Each figure with the words that explain it."""
        yield CounterMetricFamily(
            "shuqiao_batches_published", "Batches in all logs.", value=Batch.objects.count()
        )
        active = Subscription.objects.filter(state="active")
        behind = active.exclude(mode="pull").filter(position__lt=F("dataset__last_number"))
        yield _gauge("shuqiao_lanes_active", "Subscriptions in use.", active.count())
        yield _gauge("shuqiao_lanes_behind", "Lanes with batches to deliver.", behind.count())
        parked = Subscription.objects.filter(state="paused").count()
        yield _gauge("shuqiao_lanes_paused", "Lanes that a person has to look at.", parked)
        folding = Dataset.objects.filter(is_queryable=True, folded_number__lt=F("last_number"))
        yield _gauge("shuqiao_tables_behind", "Queryable tables to bring up.", folding.count())
        today = timezone.localdate()
        clocks = Obligation.objects.filter(state="open")
        yield _gauge("shuqiao_obligations_open", "Statutory clocks that run.", clocks.count())
        overdue = clocks.filter(due_on__lt=today).count()
        yield _gauge("shuqiao_obligations_overdue", "Statutory clocks that ran out.", overdue)
        yield _gauge(
            "shuqiao_cache_answers",
            "1 while the cache answers; without it no rate limit holds.",
            int(_cache()),
        )
        yield from _evidence()
        yield from _blobs()
        yield _signs_of_life()


def _cache() -> bool:
    try:
        cache.set("metrics:asked", 1, 60)
    except Exception:  # noqa: BLE001 - whatever it has, it does not answer
        return False
    return True


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def _blobs() -> Iterator[Metric]:
    """What the scrub found, and how long ago it looked at each blob."""
    damaged = GaugeMetricFamily(
        "shuqiao_blobs_damaged", "Stored files whose digest does not match.", labels=["of"]
    )
    ages = GaugeMetricFamily(
        "shuqiao_blobs_unverified_seconds",
        "Since the oldest digest was recomputed.",
        labels=["of"],
    )
    here = (("batch", Batch.objects.filter(expired_at=None)), ("table", Snapshot.objects.all()))
    for name, rows in here:
        damaged.add_metric([name], rows.exclude(damaged_at=None).count())
        oldest = rows.aggregate(at=Min(Coalesce("verified_at", "created_at")))["at"]
        ages.add_metric([name], (timezone.now() - oldest).total_seconds() if oldest else 0)
    yield damaged
    yield ages


def _signs_of_life() -> GaugeMetricFamily:
    ages = GaugeMetricFamily(
        "shuqiao_heartbeat_age_seconds", "Since each part last made progress.", labels=["part"]
    )
    for part in Heartbeat.objects.all():
        ages.add_metric([part.name], (timezone.now() - part.at).total_seconds())
    return ages


def _evidence() -> Iterator[Metric]:
    """What waits for its seal, and how long each place has been without checkpoints."""
    waiting = GaugeMetricFamily(
        "shuqiao_evidence_unsealed", "Entries not yet in a sealed block.", labels=["ledger"]
    )
    for ledger in ledgers():
        waiting.add_metric([ledger.name], unsealed(ledger))
    ages = GaugeMetricFamily(
        "shuqiao_checkpoint_age_seconds",
        "Since each place had the checkpoints of all blocks.",
        labels=["place"],
    )
    standing = standings()
    for one in standing:
        ages.add_metric([one.label], one.age.total_seconds())
    yield waiting
    yield ages
    stopped = any(one.stops for one in standing)
    yield _gauge("shuqiao_evidence_stopped", "1 while publishing and granting stop.", stopped)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _store() -> bool:
    try:
        with store().stage() as staged:
            staged.touch()
    except (OSError, DataplaneError):
        return False
    return True
