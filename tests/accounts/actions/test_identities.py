"""Who comes from the identity provider is known here, or nobody; who is whom the operator says."""

import pytest
from django.test import RequestFactory

from accounts.actions.identities import sign_in_with
from accounts.actions.members import link_identity
from accounts.errors import SamePerson
from accounts.models import AuditEvent, User
from accounts.signin_errors import IdentityRefused, IdentityTaken
from kernel.errors import Forbidden
from tests.factories.accounts import MemberFactory, UserFactory
from tests.people import actor_for

pytestmark = pytest.mark.django_db
ASKED = RequestFactory().get("/sign-in/identity/return", REMOTE_ADDR="192.0.2.7")


def test_the_provider_vouches_for_a_second_factor_where_the_platform_says_so(settings):
    user = MemberFactory(user__identity="330102").user
    assert sign_in_with("330102", request=ASKED) == (user, "")
    settings.OIDC_STRONG = True
    assert sign_in_with("330102", request=ASKED) == (user, "oidc")


def test_a_person_of_no_department_is_refused_with_a_trace():
    user = UserFactory(identity="330102")
    with pytest.raises(IdentityRefused):
        sign_in_with("330102", request=ASKED)
    trace = AuditEvent.objects.get()
    assert (trace.subject_id, trace.address) == (str(user.pk), "192.0.2.7")


def test_the_operator_links_and_unlinks_and_each_identity_is_one_persons(actor_of):
    member, other = MemberFactory(), MemberFactory()
    operator = actor_of("operator")
    link_identity(member, actor=operator, identity="330102")
    with pytest.raises(IdentityTaken):
        link_identity(other, actor=operator, identity="330102")
    assert User.objects.get(pk=other.user_id).identity is None
    link_identity(member, actor=operator, identity="")
    assert User.objects.get(pk=member.user_id).identity is None
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["identity.linked", "identity.unlinked"]


@pytest.mark.parametrize("role", ["department_admin", "security_admin", "auditor", "steward"])
def test_nobody_else_links(actor_of, role):
    member = MemberFactory()
    with pytest.raises(Forbidden):
        link_identity(member, actor=actor_of(role, member.department), identity="330102")
    assert User.objects.get(pk=member.user_id).identity is None


def test_an_operator_does_not_link_the_own_account():
    own = MemberFactory(roles=["operator"])
    with pytest.raises(SamePerson):
        link_identity(own, actor=actor_for(own), identity="330102")
    assert User.objects.get(pk=own.user_id).identity is None
