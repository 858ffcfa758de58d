from accounts.models.audit import AuditEvent, CheckpointPlace, EvidenceBlock
from accounts.models.calendar import CalendarYear
from accounts.models.credential import AccessToken, Credential, Nonce, SystemAccess
from accounts.models.department import Department
from accounts.models.heartbeat import Heartbeat
from accounts.models.incident import Incident
from accounts.models.member import Member, SessionToken, User
from accounts.models.notice import Notice
from accounts.models.obligation import ClockLimit, Obligation
from accounts.models.people import PastPassword, SecondFactor
from accounts.models.proposal import Proposal
from accounts.models.saved import SavedList
from accounts.models.signal import SignalFact, SignalYear
from accounts.models.system import (
    InformationSystem,
    SystemAttachment,
    SystemHold,
    SystemRelation,
    SystemVersion,
)
from accounts.models.zombie import MergeProposal, RuleSet, Verdict, ZombieCase

__all__ = [
    "AccessToken",
    "AuditEvent",
    "CalendarYear",
    "CheckpointPlace",
    "ClockLimit",
    "Credential",
    "Department",
    "EvidenceBlock",
    "Heartbeat",
    "Incident",
    "InformationSystem",
    "Member",
    "MergeProposal",
    "Nonce",
    "Notice",
    "Obligation",
    "PastPassword",
    "Proposal",
    "RuleSet",
    "SavedList",
    "SecondFactor",
    "SessionToken",
    "SignalFact",
    "SignalYear",
    "SystemAccess",
    "SystemAttachment",
    "SystemHold",
    "SystemRelation",
    "SystemVersion",
    "User",
    "Verdict",
    "ZombieCase",
]
