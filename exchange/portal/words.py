"""How the portal of the exchange names states, for both languages."""

from django.utils.translation import gettext_lazy as _

JOB_STATES = {
    "active": (_("runs by its timetable"), "good"),
    "paused": (_("paused"), "warn"),
    "closed": (_("closed"), ""),
}
RUN_STATES = {
    "queued": (_("waits its turn"), ""),
    "running": (_("running"), "warn"),
    "done": (_("done"), "good"),
    "failed": (_("failed"), "bad"),
    "cancelled": (_("cancelled"), ""),
}
RUN_KINDS = {"publish": _("Read and publish"), "reconcile": _("Compare with the source")}
# Steps of a run: the button, and what is said when it is done.
RUN_STEPS = {
    "cancel": (_("Cancel this run"), _("The run is being stopped; nothing of it is published.")),
    "retry": (_("Try again"), _("The run is tried again.")),
}
STARTED = _("The run has begun.")
START = _("Run now")
# Steps of a job: the button, what is said when it is done, what is asked before.
JOB_STEPS = {
    "change": (_("Change the timetable"), _("The timetable is changed."), ""),
    "resume": (_("Run by its timetable again"), _("It runs by its timetable again."), ""),
    "pause": (_("Begin no more runs"), _("No run begins until it is resumed."), ""),
    "close": (
        _("Close this job"),
        _("It runs no more; what was published stays."),
        _("Close this job for good?"),
    ),
}
JOB_MODES = {
    "full": _("Everything; what changed is found by comparing"),
    "incremental": _("Only what is new or changed since the last run"),
}
