"""Forms of a dataset: attaching it, and its steps."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import InformationSystem
from accounts.portal.forms import PortalForm
from accounts.states import RUNNING
from exchange.models import Dataset
from exchange.portal import lane_words as words
from kernel.widgets import NamedField


class RetainForm(PortalForm):
    """How many days the bytes of batches stay; empty: for ever."""

    keeps = frozenset({"retain_days"})

    retain_days = forms.IntegerField(
        label=_("Days"),
        required=False,
        min_value=1,
        max_value=36_500,
        help_text=_("Older batches are removed once everybody has them. Empty: they stay."),
    )
    expected = forms.IntegerField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        """As it is now."""
        self.fields["retain_days"].initial = self.row.retain_days
        self.fields["expected"].initial = self.row.version


class HandOverForm(PortalForm):
    """The system that publishes from now on."""

    system = NamedField(
        label=_("System"),
        queryset=InformationSystem.objects.none(),
        help_text=_("A running system of your department."),
    )

    def prepare(self) -> None:
        """The department's other running systems."""
        systems = InformationSystem.objects.filter(
            department_id=self.row.department_id, state__in=RUNNING
        )
        field: Any = self.fields["system"]
        field.queryset = systems.exclude(pk=self.row.system_id).order_by("name")


class AttachForm(PortalForm):
    """How the data behind an entry is kept; the row is the entry's resource."""

    refusals = {"unknown-item": _("Choose from the items of the entry.")}

    system = NamedField(
        label=_("System that publishes"),
        queryset=InformationSystem.objects.none(),
        help_text=_("It publishes with its own credential; stewards can publish files, too."),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=list(words.DATASET_KINDS.items()),
        help_text=_("A table needs key items in the entry."),
    )
    on_reject = forms.ChoiceField(
        label=_("Rows that break the rules"), choices=list(words.ON_REJECT.items())
    )
    max_rejected_percent = forms.IntegerField(
        label=_("Largest part of rows set aside, in percent"),
        required=False,
        min_value=0,
        max_value=100,
        initial=0,
        help_text=_("If more rows are wrong, the whole file is refused."),
    )
    compatibility = forms.ChoiceField(
        label=_("When the items change"),
        choices=list(words.COMPATIBILITIES.items()),
        initial=Dataset.Compatibility.BACKWARD,
        help_text=_("What a new version of the items may do to those who read the data."),
    )
    is_queryable = forms.BooleanField(
        label=_("Single records can be looked up and verified"), required=False
    )
    lookup_items = forms.MultipleChoiceField(
        label=_("Items to look up by, beside the key"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def prepare(self) -> None:
        """The department's running systems and the entry's items."""
        field: Any = self.fields["system"]
        field.queryset = InformationSystem.objects.filter(
            department_id=self.row.department_id, state__in=RUNNING
        ).order_by("name")
        items: Any = self.fields["lookup_items"]
        listed = self.row.published.items.order_by("position")
        items.choices = [(item.column, item.name) for item in listed]
