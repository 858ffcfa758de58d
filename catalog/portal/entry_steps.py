"""The steps of an entry from draft into force and out of it, as the portal offers them."""

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Perm
from accounts.portal.forms import PlainForm, PortalForm, ReasonForm
from accounts.portal.steps import Step
from catalog.actions.resources import revise_resource, submit_resource, withdraw_resource
from catalog.actions.reviews import (
    approve_resource,
    publish_resource,
    return_resource,
    review_resource,
)
from catalog.completeness import Fault
from catalog.models import Resource
from catalog.portal.words import fault_word
from kernel.errors import Invalid
from kernel.problems import told_errors


class SubmitForm(PlainForm):
    """The click that hands a version in; what keeps it back is said in the words of the guide."""

    def refuse(self, refused: Invalid) -> None:
        """Every fault of the version, one a line."""
        errors = told_errors(refused)
        for error in errors:
            self.add_error(None, fault_word(Fault(**error)))
        if not errors:
            super().refuse(refused)


class ReviseForm(PortalForm):
    """Why a new version is begun."""

    change_message = forms.CharField(
        label=_("What will change, and why"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _owner(row: Resource) -> UUID:
    return row.department_id


STEPS = {
    "submit": Step(
        submit_resource,
        SubmitForm,
        (Perm.RESOURCE_SUBMIT,),
        _("Submit to the head"),
        _("The head of your department has it now."),
        _owner,
    ),
    "approve": Step(
        approve_resource,
        PlainForm,
        (Perm.RESOURCE_APPROVE,),
        _("Agree and send to the authority"),
        _("The authority has it now; it has two workdays."),
        _owner,
    ),
    "review": Step(
        review_resource,
        PlainForm,
        (Perm.RESOURCE_REVIEW,),
        _("Found in order"),
        _("It can be published now."),
        _owner,
    ),
    "publish": Step(
        publish_resource,
        PlainForm,
        (Perm.RESOURCE_PUBLISH,),
        _("Publish"),
        _("It is in force."),
        _owner,
    ),
    "return": Step(
        return_resource,
        ReasonForm,
        (Perm.RESOURCE_APPROVE, Perm.RESOURCE_REVIEW, Perm.RESOURCE_PUBLISH),
        _("Return"),
        _("It has gone back to its writers."),
        _owner,
    ),
    "revise": Step(
        revise_resource,
        ReviseForm,
        (Perm.RESOURCE_DRAFT,),
        _("Begin a new version"),
        _("A new version is in work; the one in force stays until it is published."),
        _owner,
    ),
    "withdraw": Step(
        withdraw_resource,
        ReasonForm,
        (Perm.RESOURCE_WITHDRAW,),
        _("Withdraw the entry"),
        _("It is no longer in force."),
        _owner,
        _("Take this entry out of force?"),
    ),
}
