"""Which rows an actor may see: the only way from rows to doors."""

from datetime import date
from uuid import UUID

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import TruncDate
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from accounts.actor import Actor
from accounts.clocks import KEEPING
from accounts.dueprocess import RECOVERY
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from accounts.twopersons import deeds
from accounts.vocabulary import Standing


class DepartmentQuerySet(models.QuerySet):
    """The tree of departments is known to everybody who signed in."""

    def visible_to(self, actor: Actor) -> "DepartmentQuerySet":
        """All departments, for anybody but a machine's caller without a name."""
        return self.all()


class OwnedQuerySet(models.QuerySet):
    """Rows with a department: seen by it, and by the platform roles that hold the permission."""

    seen_with = {
        "InformationSystem": Perm.SYSTEM_VIEW,
        "Obligation": Perm.OBLIGATION_VIEW,
        "Verdict": Perm.ZOMBIE_VIEW,
        "ZombieCase": Perm.ZOMBIE_VIEW,
        "MergeProposal": Perm.ZOMBIE_VIEW,
    }

    def visible_to(self, actor: Actor) -> "OwnedQuerySet":
        """The actor's department's rows, or all of them for a platform role."""
        perm = self.seen_with[self.model.__name__]
        if may_everywhere(actor, perm):
            return self.all()
        if may(actor, perm):
            return self.filter(department_id=actor.department_id)
        return self.none()

    def tellable_by(self, actor: Actor) -> "OwnedQuerySet":
        """The systems whose facts the actor may tell and read: a system its own alone."""
        if actor.kind == "system":
            return self.filter(pk=actor.id) if may(actor, Perm.SIGNAL_RECORD) else self.none()
        if may_everywhere(actor, Perm.SIGNAL_RECORD):
            return self.all()
        if may(actor, Perm.SIGNAL_RECORD):
            return self.filter(department_id=actor.department_id)
        return self.none()


def standing_on(today: date) -> Case:
    """How a clock stands: kept, running, warned of, overdue, met in time or late, cancelled."""
    met_on = TruncDate("met_at", tzinfo=timezone.get_default_timezone())
    return Case(
        When(state="cancelled", then=Value(Standing.CANCELLED)),
        When(kind__in=KEEPING, state="open", then=Value(Standing.RETAINED)),
        When(kind__in=KEEPING, then=Value(Standing.MET)),
        When(Q(state="met") & GreaterThan(met_on, F("due_on")), then=Value(Standing.MET_LATE)),
        When(state="met", then=Value(Standing.MET)),
        When(due_on__lt=today, then=Value(Standing.OVERDUE)),
        When(warn_on__lte=today, then=Value(Standing.WARNING)),
        default=Value(Standing.RUNNING),
        output_field=models.CharField(),
    )


class ObligationQuerySet(OwnedQuerySet):
    """Clocks: the department's own, and those of others that it waits for."""

    def awaited_by(self, actor: Actor) -> "ObligationQuerySet":
        """The clocks of others under which something is owed to the actor's department."""
        if not may(actor, Perm.OBLIGATION_VIEW):
            return self.none()
        return self.filter(counterpart_id=actor.department_id)

    def watched_by(self, actor: Actor) -> "ObligationQuerySet":
        """The clocks that the actor may see, and those that its department waits for."""
        if may_everywhere(actor, Perm.OBLIGATION_VIEW):
            return self.all()
        if not may(actor, Perm.OBLIGATION_VIEW):
            return self.none()
        return self.filter(
            Q(department_id=actor.department_id) | Q(counterpart_id=actor.department_id)
        )


class CaseQuerySet(OwnedQuerySet):
    """Cases against systems that look dead."""

    def overdue(self, today: date) -> "CaseQuerySet":
        """Answers and deeds that are due and not there; kept systems whose exemption ran out."""
        return self.filter(self.lateness(today))

    @staticmethod
    def lateness(today: date) -> Q:
        """The condition of being overdue."""
        return Q(state="notified", answer_by__lt=today) | Q(state="decided", due_on__lt=today)

    def exempting(self, today: date) -> "CaseQuerySet":
        """Cases that spare their system a new one today: kept or dismissed until a day that has
        not passed, or rectified lately."""
        spared = Q(state="dismissed") | Q(state__in=["decided", "completed"], decision="keep")
        rectified = Q(state="completed", decision="rectify", closed_at__date__gt=today - RECOVERY)
        return self.filter(Q(spared, due_on__gte=today) | rectified)


class MergeQuerySet(OwnedQuerySet):
    """Proposals to merge, which concern the departments of all systems named in them."""

    def visible_to(self, actor: Actor) -> "MergeQuerySet":
        """Those that concern the actor's department, or all of them for a platform role."""
        if may_everywhere(actor, Perm.ZOMBIE_VIEW):
            return self.all()
        if may(actor, Perm.ZOMBIE_VIEW):
            return self.concerning(actor.department_id)
        return self.none()

    def concerning(self, department_id: object) -> "MergeQuerySet":
        """Proposals whose target or one of whose systems is the department's."""
        own = self.model._base_manager.filter(systems__department_id=department_id)
        return self.filter(Q(department_id=department_id) | Q(pk__in=own.values("pk")))


class SystemPartQuerySet(models.QuerySet):
    """Rows that belong to a system: seen by whoever sees the system."""

    def visible_to(self, actor: Actor) -> "SystemPartQuerySet":
        """The rows of the systems that the actor may see."""
        if may_everywhere(actor, Perm.SYSTEM_VIEW):
            return self.all()
        if may(actor, Perm.SYSTEM_VIEW):
            return self.filter(system__department_id=actor.department_id)
        return self.none()


class RuleSetQuerySet(models.QuerySet):
    """The rules by which systems are judged are open to everybody who is judged."""

    def visible_to(self, actor: Actor) -> "RuleSetQuerySet":
        """All editions."""
        return self.all()


class MemberQuerySet(models.QuerySet):
    """People in departments."""

    def visible_to(self, actor: Actor) -> "MemberQuerySet":
        """The department's members for its admin, all for the administrators, else oneself."""
        if may_everywhere(actor, Perm.MEMBER_VIEW):
            return self.all()
        if may(actor, Perm.MEMBER_VIEW):
            return self.filter(department_id=actor.department_id)
        return self.filter(user_id=actor.id) if actor.is_person else self.none()

    def active(self) -> "MemberQuerySet":
        """Memberships that still count."""
        return self.filter(is_active=True, user__is_active=True, department__is_active=True)

    def departments_of(self, role: str) -> list[UUID]:
        """The departments in which somebody holds this role."""
        holders = self.active().filter(roles__contains=[role])
        return sorted(set(holders.values_list("department_id", flat=True)))


class CredentialQuerySet(models.QuerySet):
    """Keys of information systems."""

    def visible_to(self, actor: Actor) -> "CredentialQuerySet":
        """The keys of the systems that the actor may revoke keys of."""
        if may_everywhere(actor, Perm.CREDENTIAL_REVOKE):
            return self.all()
        if may(actor, Perm.CREDENTIAL_REVOKE):
            return self.filter(system__department_id=actor.department_id)
        return self.none()

    def live(self) -> "CredentialQuerySet":
        """Keys that open doors now."""
        return self.filter(revoked_at__isnull=True, expires_at__gt=timezone.now())


class AccessQuerySet(models.QuerySet):
    """How calls of systems must come: seen by whoever sees the system."""

    def visible_to(self, actor: Actor) -> "AccessQuerySet":
        """Those of the systems that the actor may see."""
        if may_everywhere(actor, Perm.SYSTEM_VIEW):
            return self.all()
        if may(actor, Perm.SYSTEM_VIEW):
            return self.filter(system__department_id=actor.department_id)
        return self.none()


class NoticeQuerySet(models.QuerySet):
    """Notices: to each person those of the department they act for and the roles they hold."""

    def visible_to(self, actor: Actor) -> "NoticeQuerySet":
        """What the actor is told."""
        if not actor.is_person:
            return self.none()
        return self.filter(department_id=actor.department_id, roles__overlap=list(actor.roles))

    def undelivered(self) -> "NoticeQuerySet":
        """Those that a department's webhook has not taken, the oldest first."""
        return self.filter(delivered_at=None).order_by("pk")


class ProposalQuerySet(models.QuerySet):
    """Deeds for two people."""

    def visible_to(self, actor: Actor) -> "ProposalQuerySet":
        """One's own, those of deeds that one may propose or confirm, all for the auditor."""
        if not actor.is_person:
            return self.none()
        if may_everywhere(actor, Perm.AUDIT_VIEW):
            return self.all()
        seen = Q(proposed_by_id=actor.id)
        for deed in deeds():
            for perm in {deed.perm, deed.confirms}:
                if may_everywhere(actor, perm):
                    seen |= Q(deed=deed.name)
                elif may(actor, perm):
                    seen |= Q(deed=deed.name, department_id=actor.department_id)
        return self.filter(seen)

    def waiting_for(self, actor: Actor) -> "ProposalQuerySet":
        """Those that this person may confirm now."""
        mine = Q(pk=None)
        for deed in deeds():
            if may_everywhere(actor, deed.confirms):
                mine |= Q(deed=deed.name)
            elif may(actor, deed.confirms):
                mine |= Q(deed=deed.name, department_id=actor.department_id)
        rows = self.filter(mine, state="proposed", expires_at__gt=timezone.now())
        return rows.exclude(proposed_by_id=actor.id)


class AuditQuerySet(models.QuerySet):
    """The trail."""

    def visible_to(self, actor: Actor) -> "AuditQuerySet":
        """Everything for the auditor, nothing for anybody else."""
        return self.all() if may(actor, Perm.AUDIT_VIEW) else self.none()


class IncidentQuerySet(models.QuerySet):
    """Security incidents."""

    def visible_to(self, actor: Actor) -> "IncidentQuerySet":
        """Everything for those who handle or examine them, nothing for anybody else."""
        return self.all() if may(actor, Perm.INCIDENT_VIEW) else self.none()


class SavedListQuerySet(models.QuerySet):
    """Lists that people saved for themselves."""

    def visible_to(self, actor: Actor) -> "SavedListQuerySet":
        """The person's own."""
        return self.filter(user_id=actor.id) if actor.is_person else self.none()
