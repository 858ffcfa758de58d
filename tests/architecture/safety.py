"""Of the scene: what keeps the platform safe, and the bodies of its endpoints."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.actions.credentials import issue_credential
from accounts.actions.proposals import propose
from accounts.actor import CLOCK
from accounts.models import SecondFactor
from kernel.sealing import seal
from tests.factories.accounts import CredentialFactory, IncidentFactory, SessionTokenFactory
from tests.factories.exchange import World
from tests.people import actor_for, member_with

URLENCODED = "application/x-www-form-urlencoded"


class Safety:
    """Rows about the platform itself, and those of the owner's people and systems."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.credential = CredentialFactory(system=world.publisher)
        self.client, secret = issue_credential(world.publisher, actor=CLOCK, kind="client")
        self.shown = f"client_id={self.client.prefix}&client_secret={secret}"
        self.incident = IncidentFactory()
        # A deed that somebody proposes who is none of the callers, and a sign-in of theirs.
        guard = member_with(("security_admin",), None)
        self.proposal = propose(
            actor=actor_for(guard),
            deed="grant.revoke_all_of_system",
            subject=world.reader.pk,
            reason="系统被入侵",
        )
        self.sign_in = SessionTokenFactory(user=guard.user)
        self.factor = SecondFactor.objects.create(
            user=guard.user, kind="totp", sealed=seal("A" * 32), confirmed_at=timezone.now()
        )

    def ids(self) -> dict[str, Any]:
        """What stands in each route's place for an id, by the route's first word."""
        return {
            "credentials": self.credential.pk,
            "incidents": self.incident.pk,
            "proposals": self.proposal.pk,
            "sign-ins": self.sign_in.pk,
            "second-factors": self.factor.pk,
        }

    def bodies(self) -> dict[str, Any]:
        """A body that each endpoint takes, by its name."""
        found_at = timezone.now() - timedelta(hours=1)
        return {
            "sign-in POST": {"username": "nobody", "password": "wrong"},
            "me-second-factor-confirm-app POST": {"code": "000000"},
            "me-second-factor-drop POST": {"password": "wrong"},
            "member-reset-password POST": {"password": "correct horse battery staple 2"},
            "member-link-identity POST": {"identity": "330102"},
            "member-reset-factors POST": {"reason": "手机丢失"},
            "proposal-list POST": {
                "deed": "grant.revoke_all_of_department",
                "subject": str(self.world.requester.pk),
                "reason": "系统被入侵",
            },
            "proposal-refuse POST": {"reason": "先核实"},
            "system-credential-list POST": {"days": 30},
            "system-access PUT": {"networks": ["10.1.0.0/16"]},
            "oauth-token POST": f"grant_type=client_credentials&{self.shown}",
            "oauth-introspect POST": f"token=sqt_unknown&{self.shown}",
            "oauth-revoke POST": f"token=sqt_unknown&{self.shown}",
            "incident-list POST": {
                "title": "凭证外泄",
                "description": "凭证出现在日志中",
                "severity": "general",
                "found_at": found_at.isoformat(),
            },
            "incident-grade POST": {"severity": "general", "reason": "影响有限"},
            "incident-report POST": {"reported_to": "省委网信办"},
            "incident-close POST": {"measures": "已更换凭证"},
        }
