"""The alarm clock: one Celery app, three queues, and the whole timetable.

Rows in PostgreSQL are the queue; a task only looks for due rows. A lost message costs one tick,
so no task has a countdown, and a tick that waited longer than its own interval is dropped.
"""

from celery import Celery
from django.conf import settings
from kombu import Queue

from config import env

env.use_settings("config.settings.production")
env.leave_out_checks()

app = Celery("shuqiao")
# The current app is one thread's; web servers answer in many.
app.set_default()
app.conf.update(
    broker_url=settings.REDIS_URL,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        # Above the longest task. With the restore settings, a killed worker's task returns
        # within seconds of this limit instead of minutes.
        "visibility_timeout": 3600,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 30,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "global_keyprefix": "shuqiao:",
    },
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_soft_shutdown_timeout=20,
    worker_enable_soft_shutdown_on_idle=True,
    task_soft_time_limit=600,
    task_time_limit=660,
    worker_max_tasks_per_child=500,
    worker_max_memory_per_child=400_000,  # KiB
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    worker_hijack_root_logger=False,
    timezone=settings.TIME_ZONE,
    task_queues=[Queue("clock"), Queue("deliver"), Queue("bulk")],
    task_default_queue="clock",
    task_routes={
        "exchange.deliver_due": {"queue": "deliver"},
        "exchange.fold_due": {"queue": "bulk"},
        "exchange.sweep_orphans": {"queue": "bulk"},
        "exchange.compact_due": {"queue": "bulk"},
        "exchange.expire_batches": {"queue": "bulk"},
        "exchange.scrub_blobs": {"queue": "bulk"},
        "exchange.expire_attempts": {"queue": "bulk"},
        "exchange.expire_grants": {"queue": "clock"},
        "exchange.certify_grants": {"queue": "clock"},
        "exchange.send_notices": {"queue": "deliver"},
        "exchange.report_signals": {"queue": "bulk"},
        "exchange.report_holdings": {"queue": "bulk"},
        "exchange.schedule_syncs": {"queue": "clock"},
        "exchange.run_syncs": {"queue": "bulk"},
        "catalog.refresh_freshness": {"queue": "bulk"},
        "catalog.scan_likenesses": {"queue": "bulk"},
        "exchange.expire_answers": {"queue": "bulk"},
        "exchange.expire_uploads": {"queue": "bulk"},
        "accounts.expire_facts": {"queue": "bulk"},
        "accounts.expire_calls": {"queue": "bulk"},
        "accounts.expire_sessions": {"queue": "bulk"},
        "accounts.suspend_dormant": {"queue": "bulk"},
        "accounts.expire_proposals": {"queue": "bulk"},
        "accounts.scan_systems": {"queue": "bulk"},
        "accounts.verify_trail": {"queue": "bulk"},
    },
)


def every(seconds: float, task: str) -> dict:
    """A timetable entry whose message is dropped once the next two are due."""
    return {"task": task, "schedule": seconds, "options": {"expires": max(2 * seconds, 10)}}


app.conf.beat_schedule = {
    "deliver": every(5, "exchange.deliver_due"),
    "fold": every(5, "exchange.fold_due"),
    "seal-audit": every(10, "accounts.seal_audit"),
    "verify-trail": every(86400, "accounts.verify_trail"),
    "heartbeat": every(10, "accounts.beat_heartbeat"),
    "obligations": every(3600, "accounts.check_obligations"),
    "warnings": every(1800, "accounts.escalate_obligations"),
    "retentions": every(3600, "accounts.end_retentions"),
    "digests": every(86400, "accounts.mail_digests"),
    "scan": every(600, "accounts.scan_systems"),
    "cases": every(3600, "accounts.escalate_cases"),
    "orphans": every(3600, "exchange.sweep_orphans"),
    "grants": every(3600, "exchange.expire_grants"),
    "holdings": every(300, "exchange.report_holdings"),
    "demands": every(3600, "catalog.check_demands"),
    "likenesses": every(1800, "catalog.scan_likenesses"),
    "freshness": every(3600, "catalog.refresh_freshness"),
    "certifications": every(3600, "exchange.certify_grants"),
    "syncs": every(10, "exchange.schedule_syncs"),
    "sync-runs": every(10, "exchange.run_syncs"),
    "hooks": every(10, "exchange.send_notices"),
    "signals": every(3600, "exchange.report_signals"),
    "facts": every(3600, "accounts.expire_facts"),
    "code-lists": every(3600, "catalog.turn_code_lists"),
    "compaction": every(60, "exchange.compact_due"),
    "expiry": every(3600, "exchange.expire_batches"),
    "scrub": every(3600, "exchange.scrub_blobs"),
    "attempts": every(3600, "exchange.expire_attempts"),
    "answers": every(3600, "exchange.expire_answers"),
    "uploads": every(900, "exchange.expire_uploads"),
    "calls": every(600, "accounts.expire_calls"),
    "sessions": every(3600, "accounts.expire_sessions"),
    "dormant": every(3600, "accounts.suspend_dormant"),
    "proposals": every(600, "accounts.expire_proposals"),
}
app.autodiscover_tasks()
