"""Forms of sync jobs: from a table of a connector, item by item, to when it runs."""

from typing import Any, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.portal.forms import PortalForm
from exchange.connecting import matched
from exchange.dataplane.connectors.base import Described
from exchange.dataplane.schema import Schema
from exchange.models import Dataset, SyncJob

_HEAD = "item_"
_SCHEDULE_HINT = _("Empty: by hand only. “every 20m”, or five fields of cron such as 0 3 * * 1-5.")
TIMETABLES = (
    ("", _("By hand only")),
    ("every 15m", _("Every 15 minutes")),
    ("every 1h", _("Every hour")),
    ("0 1 * * *", _("Every night at 1:00")),
    ("0 1 * * 0", _("Every Sunday at 1:00")),
    ("own", _("Another timetable")),
)
COMPARISONS = (
    ("", _("Never by itself")),
    ("30 2 * * *", _("Every night at 2:30")),
    ("30 2 * * 6", _("Every Saturday at 2:30")),
)


def timetable_word(schedule: str) -> Any:
    """The timetable in words where it has some, else as it is written."""
    return {**dict(COMPARISONS), **dict(TIMETABLES)}.get(schedule, schedule)


class TimetableForm(PortalForm):
    """When a job, which is the row, runs and is compared; and its name."""

    keeps = frozenset({"schedule", "reconcile"})

    name = forms.CharField(label=_("Name of the job"), max_length=120)
    schedule = forms.CharField(
        label=_("When it runs"), max_length=100, required=False, help_text=_SCHEDULE_HINT
    )
    reconcile = forms.CharField(
        label=_("When it is compared with the source"),
        max_length=100,
        required=False,
        help_text=_SCHEDULE_HINT,
    )
    expected = forms.IntegerField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        """As it is now."""
        for name in ("name", "schedule", "reconcile"):
            self.fields[name].initial = getattr(self.row, name)
        self.fields["expected"].initial = self.row.version


class ReadingForm(PortalForm):
    """What is read into a dataset, which is the row, of a table as the source describes it."""

    mode = forms.ChoiceField(label=_("What is read"), widget=forms.RadioSelect)
    watermark = forms.ChoiceField(
        label=_("Column that grows with every change"),
        required=False,
        help_text=_("For changes only: such as the time of the last change."),
    )
    overlap = forms.IntegerField(
        label=_("Reads again so far before the last value"),
        required=False,
        min_value=0,
        max_value=10**12,
        initial=0,
        help_text=_("Seconds of a time, days of a date, steps of a number."),
    )

    described: Described

    @classmethod
    def over(cls, dataset: Dataset, described: Described, actor: Any, data: Any = None) -> Self:
        """The form over a described table; with ``data`` as it was sent."""
        made = type(cls.__name__, (cls,), {"described": described})
        return made(data, None, row=dataset, actor=actor)

    def prepare(self) -> None:
        """One choice of a column for each item; what is likely is chosen beforehand."""
        schema = Schema.from_json(self.row.schema.body)
        columns = [(name, name) for name in self.described.names]
        likely = matched(schema, self.described)
        for item in schema.items:
            self.fields[f"{_HEAD}{item.name}"] = forms.ChoiceField(
                label=f"{item.title or item.name} ({item.name})",
                choices=[("", _("stays empty")), *columns],
                required=item.required,
                initial=likely.get(item.name, ""),
            )
        watermark: Any = self.fields["watermark"]
        watermark.choices = [("", "–"), *columns]
        mode: Any = self.fields["mode"]
        mode.choices = _MODES[self.row.kind]
        mode.initial = mode.choices[0][0]

    def begin_with(self, job: SyncJob) -> None:
        """What the job reads now stands chosen, where the table has it."""
        self.fields["overlap"].initial = job.overlap
        chosen = {f"{_HEAD}{item}": column for item, column in job.mapping.items()}
        for name, value in {"mode": job.mode, "watermark": job.watermark, **chosen}.items():
            field: Any = self.fields.get(name)
            if field and value in dict(field.choices):
                field.initial = value

    @property
    def plain(self) -> list[Any]:
        """The fields that are no items."""
        return [field for field in self if not field.name.startswith(_HEAD)]

    @property
    def mapped(self) -> list[Any]:
        """The fields of the items."""
        return [field for field in self if field.name.startswith(_HEAD)]

    @property
    def values(self) -> dict[str, Any]:
        """As the action takes them."""
        said = self.cleaned_data
        mapping = {
            name.removeprefix(_HEAD): column
            for name, column in said.items()
            if name.startswith(_HEAD)
        }
        return {
            "mapping": mapping,
            "mode": said["mode"],
            "watermark": said["watermark"],
            "overlap": said["overlap"] or 0,
        }


class ScheduleForm(ReadingForm):
    """A new job: what is read, under which name and when."""

    field_order = ("name",)

    name = forms.CharField(label=_("Name of the job"), max_length=120)
    timetable = forms.ChoiceField(label=_("When it runs"), choices=TIMETABLES, required=False)
    own_schedule = forms.CharField(
        label=_("Another timetable"),
        max_length=100,
        required=False,
        help_text=_("“every 20m”, or five fields of cron such as 0 3 * * 1-5."),
    )
    reconcile = forms.ChoiceField(
        label=_("When it is compared with the source"), choices=COMPARISONS, required=False
    )

    @property
    def values(self) -> dict[str, Any]:
        """As the action takes them."""
        said = self.cleaned_data
        is_own = said["timetable"] == "own"
        return {
            **super().values,
            "name": said["name"],
            "schedule": said["own_schedule"] if is_own else said["timetable"],
            "reconcile": said["reconcile"],
        }

    def place_of(self, pointer: str) -> str:
        """What is said of the timetable stands beside the one that was written."""
        name = super().place_of(pointer)
        return "own_schedule" if name == "schedule" else name


_FULL = (SyncJob.Mode.FULL, _("Everything; what changed is found by comparing"))
_CHANGES = (SyncJob.Mode.INCREMENTAL, _("Only what is new or changed since the last run"))
_MODES = {Dataset.Kind.TABLE: [_FULL, _CHANGES], Dataset.Kind.EVENTS: [_CHANGES]}
