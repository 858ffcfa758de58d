"""What can be done with a person: roles, the membership, the account, the ways to sign in."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import oidc
from accounts.actions.dormancy import reopen_account
from accounts.actions.members import deactivate_member, grant_role, link_identity, revoke_role
from accounts.actions.passwords import reset_password
from accounts.actions.secondfactors import reset_factors
from accounts.actions.sessions import end_sign_ins
from accounts.actor import Actor
from accounts.models import Member
from accounts.permissions import ROLES, Perm, Role
from accounts.policy import may_everywhere
from accounts.portal import words
from accounts.portal.forms import PlainForm, PortalForm, ReasonForm
from accounts.portal.steps import Step
from accounts.signins import living


def grantable(actor: Actor) -> list[tuple[str, Any]]:
    """The roles that the actor may give: its department's own, or all for the operator."""
    everywhere = may_everywhere(actor, Perm.ROLE_GRANT)
    return [
        (role.value, title)
        for role, title in words.ROLES.items()
        if role is not Role.SYSTEM and (everywhere or not ROLES[role].everywhere)
    ]


class RoleForm(PortalForm):
    """One role."""

    role = forms.ChoiceField(label=_("Role"))

    def prepare(self) -> None:
        """Those that the person does not hold yet, of those that the actor may give."""
        self._offer([one for one in self._given() if one[0] not in self.row.roles])

    def _given(self) -> list[tuple[str, Any]]:
        return grantable(self.actor) if self.actor else []

    def _offer(self, choices: list[tuple[str, Any]]) -> None:
        field = self.fields["role"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("Choose")), *choices]


class HeldRoleForm(RoleForm):
    """One role that the person holds."""

    def prepare(self) -> None:
        """Of those that the actor may take away."""
        self._offer([one for one in self._given() if one[0] in self.row.roles])


class FirstPasswordForm(PortalForm):
    """A first password for somebody who forgot theirs."""

    password = forms.CharField(
        label=_("First password"),
        max_length=200,
        strip=False,
        help_text=_("Hand it over in person; with it one chooses one's own and does nothing else."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class IdentityForm(PortalForm):
    """Who the person is at the identity provider."""

    keeps = frozenset({"identity"})
    identity = forms.CharField(
        label=_("Identity"),
        max_length=200,
        required=False,
        help_text=_("As the provider tells it; empty: the link ends."),
    )

    def prepare(self) -> None:
        """As it is."""
        self.initial["identity"] = self.row.user.identity or ""


def _owner(row: Member) -> UUID:
    return row.department_id


def _end_sign_ins(row: Member, *, actor: Actor) -> None:
    end_sign_ins(row.user, actor=actor)


def _reset_factors(row: Member, *, actor: Actor, reason: str) -> None:
    reset_factors(row.user, actor=actor, reason=reason)


STEPS = {
    "grant-role": Step(
        grant_role, RoleForm, (Perm.ROLE_GRANT,), *words.MEMBER_STEPS["grant-role"], _owner
    ),
    "revoke-role": Step(
        revoke_role, HeldRoleForm, (Perm.ROLE_REVOKE,), *words.MEMBER_STEPS["revoke-role"], _owner
    ),
    "deactivate": Step(
        deactivate_member,
        PlainForm,
        (Perm.MEMBER_DEACTIVATE,),
        *words.MEMBER_STEPS["deactivate"],
        _owner,
        _("End this membership? What the person did stays in the trail."),
    ),
    "reset-password": Step(
        reset_password,
        FirstPasswordForm,
        (Perm.PASSWORD_RESET,),
        *words.MEMBER_STEPS["reset-password"],
        _owner,
    ),
    "reopen": Step(
        reopen_account, PlainForm, (Perm.ACCOUNT_REOPEN,), *words.MEMBER_STEPS["reopen"], _owner
    ),
    "link-identity": Step(
        link_identity, IdentityForm, (Perm.IDENTITY_LINK,), *words.MEMBER_STEPS["link-identity"]
    ),
    "end-sign-ins": Step(
        _end_sign_ins, PlainForm, (Perm.SIGN_IN_END,), *words.MEMBER_STEPS["end-sign-ins"]
    ),
    "reset-factors": Step(
        _reset_factors,
        ReasonForm,
        (Perm.SECOND_FACTOR_RESET,),
        *words.MEMBER_STEPS["reset-factors"],
        None,
        _("Take the second factor away? The person then signs in with the password alone."),
    ),
}


def is_possible(actor: Actor, row: Member, verb: str) -> bool:
    """Whether the step makes sense with this member, for this actor."""
    other = row.user_id != actor.id
    # What is asked of the database is asked for its own step alone.
    if verb == "end-sign-ins":
        return bool(row.user.tokens.filter(living(row.user_id)).exists())
    if verb == "reset-factors":
        return other and bool(row.user.second_factors.exists())
    given = {role for role, _title in grantable(actor)}
    possible = {
        "grant-role": row.is_active and other and bool(given - set(row.roles)),
        "revoke-role": row.is_active and bool(given & set(row.roles)),
        "deactivate": row.is_active and given >= set(row.roles),
        "reset-password": row.is_active and other and settings.PASSWORD_SIGN_IN,
        "reopen": row.user.suspended_at is not None,
        "link-identity": other and oidc.is_on(),
    }
    return bool(possible[verb])
