"""How cells about requests, clocks, subscriptions and sync jobs are drawn."""

from typing import Any

from django.utils.translation import gettext

from kernel.cells import NONE, anchor, badge, beside, code, moment, muted, toned
from kernel.pages import address_of


def batch(row: Any, number: Any) -> str:
    """A batch, and whether it was taken back or is damaged."""
    return beside(
        anchor(row.link, number),
        row.recalled_by_id and toned(gettext("taken back"), "bad"),
        row.damaged_at and toned(gettext("damaged"), "bad"),
    )


def lane(row: Any, _value: Any) -> str:
    """The state of a subscription, and whether its last batch did not get through."""
    return beside(toned(*row.state_word), row.attempts > 1 and toned(gettext("not through"), "bad"))


def tested(row: Any, _value: Any) -> str:
    """How the last test of a connector went, and when."""
    return beside(toned(*row.test_word), row.tested_at and muted(moment(row, row.tested_at)))


def job(line: Any, name: Any) -> str:
    """A sync job with what it reads."""
    return beside(anchor(address_of("sync", line.job.pk), name), code(line, line.job.source))


def job_state(line: Any, _value: Any) -> str:
    """The state of a sync job and its reason."""
    return beside(toned(*line.state), line.job.state_reason)


def last_run(line: Any, _value: Any) -> str:
    """How a sync job's last run went, and when."""
    if not line.last:
        return NONE
    run = line.last.run
    return beside(
        anchor(address_of("sync-run", run.pk), toned(*line.last.state)),
        moment(run, run.started_at),
    )


def next_run(line: Any, at: Any) -> str:
    """When a sync job runs next."""
    return moment(line, at) if at else gettext("by hand")


def request(line: Any, name: Any) -> str:
    """A sharing request, and of which pattern it is."""
    row = line.request
    return beside(
        anchor(address_of("request", row.pk), name),
        row.template_name and badge(row, row.template_name),
    )


def next_of_request(line: Any, step: Any) -> str:
    """What the reader can do with a request."""
    return anchor(address_of("request", line.request.pk), step) if step else NONE


def left(line: Any, _value: Any) -> str:
    """What is left of the row's term."""
    return line.deadline.left_shown if line.deadline else NONE


def owed(line: Any, _value: Any) -> str:
    """What is owed under a grant, and until when."""
    return beside(line.deadline.duty, line.deadline.left_shown) if line.deadline else NONE


def standing(line: Any, _value: Any) -> str:
    """How a clock stands."""
    return line.deadline.shown


def article(line: Any, value: Any) -> str:
    """The article of a clock; a limit that the platform itself set says so."""
    return beside(value, not line.deadline.is_statutory and badge(line, gettext("own limit")))


def subject(line: Any, title: Any) -> str:
    """What a clock concerns."""
    return anchor(line.subject.address, title) if title else NONE
