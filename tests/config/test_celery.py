import pytest

from config.celery import app

QUEUES = {"clock", "deliver", "bulk"}


def test_a_killed_workers_task_comes_back_and_no_task_outlives_its_claim():
    conf = app.conf
    assert conf.task_acks_late is True
    assert conf.task_reject_on_worker_lost is True
    assert conf.worker_prefetch_multiplier == 1
    assert conf.broker_transport_options["unacked_restore_throttle"] == 1
    assert conf.task_time_limit < conf.broker_transport_options["visibility_timeout"]
    assert conf.task_soft_time_limit < conf.task_time_limit


def test_the_three_queues_are_declared_and_every_route_leads_to_one():
    assert {queue.name for queue in app.conf.task_queues} == QUEUES
    assert {route["queue"] for route in app.conf.task_routes.values()} <= QUEUES
    assert app.conf.task_default_queue in QUEUES


@pytest.mark.parametrize("name", sorted(app.conf.beat_schedule))
def test_every_bell_rings_a_task_that_exists(name):
    app.loader.import_default_modules()
    app.finalize()
    entry = app.conf.beat_schedule[name]
    assert entry["task"] in app.tasks
    assert entry["options"]["expires"] >= 2 * entry["schedule"]
