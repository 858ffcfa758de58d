"""Refusals about people, departments, systems and clocks."""

from kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    Malformed,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
)


class SamePerson(Forbidden):
    """Two steps of one flow need two people (GB/T 39477, separation of duties)."""

    code = "same-person"
    title = "Another person has to take this step"


class SignatureRefused(Unauthenticated):
    """A signed call is not signed as it must be, or something of it was changed."""

    code = "signature-refused"
    title = "The signature of this call does not count"


class ClockSkewed(Unauthenticated):
    """A signed call was signed too long ago or ahead of time; ``server_time`` is ours."""

    code = "clock-skewed"
    title = "This call was not signed just now; see the clock"


class NonceUsed(Unauthenticated):
    """A signed call was taken before; a call that is repeated is signed anew."""

    code = "nonce-used"
    title = "This signed call was taken already"


class SignatureNeeded(Forbidden):
    """Calls of this information system are taken only if they are signed."""

    code = "signature-needed"
    title = "Calls of this system have to be signed"


class NetworkRefused(Forbidden):
    """A call comes from an address from which this system or key does not call."""

    code = "network-refused"
    title = "This system does not call from this address"


class CertificateRefused(Forbidden):
    """The connection shows no client certificate that is bound to this system."""

    code = "certificate-refused"
    title = "This system calls with a client certificate of its own"


class WrongPassword(Forbidden):
    """The name or the password is wrong, or the account is closed."""

    code = "sign-in-refused"
    title = "The name or the password is not right"


class LockedOut(RateLimited):
    """Too many failed sign-ins; the lock opens by itself."""

    code = "locked-out"
    title = "Too many failed attempts; try again later"


class DepartmentUnclear(Conflict):
    """The person belongs to several departments and has not said for which one."""

    code = "department-unclear"
    title = "Say for which department you act"


class AdministratorsApart(Conflict):
    """One person may hold only one of the three administrators' roles."""

    code = "administrators-apart"
    title = "The three administrators must be three people"


class UsernameTaken(Conflict):
    """Another person has this name to sign in with."""

    code = "username-taken"
    title = "This user name is taken"


class AlreadyMember(Conflict):
    """A person is a member of a department once."""

    code = "already-member"
    title = "This person belongs to the department already"


class RoleNotGrantable(Invalid):
    """Machines' roles are not for people, and platform roles are the operator's to grant."""

    code = "role-not-grantable"
    title = "This role cannot be granted so"


class DepartmentTaken(Conflict):
    """Another department has this name or this credit code."""

    code = "department-taken"
    title = "Another department has this name or credit code"


class DepartmentInUse(Conflict):
    """A department with departments below it or running systems cannot be closed."""

    code = "department-in-use"
    title = "This department is still in use"


class DepartmentClosed(Conflict):
    """A closed department takes on nothing new."""

    code = "department-closed"
    title = "This department is closed"


class SystemNameTaken(Conflict):
    """A department's systems have different names."""

    code = "system-name-taken"
    title = "This department already has a system of this name"


class TooManyCredentials(Conflict):
    """A system has at most two live credentials: the old one and its successor."""

    code = "too-many-credentials"
    title = "This system already has two live credentials"


class SystemNotRunning(Conflict):
    """Only a system in trial or in operation may call."""

    code = "system-not-running"
    title = "This information system is not running"


class CalendarInvalid(Invalid):
    """The workday calendar of a year has days of another year, or twice."""

    code = "calendar-invalid"
    title = "This workday calendar cannot be used"


class OverCeiling(Invalid):
    """A local limit may be shorter than the national one, never longer."""

    code = "over-ceiling"
    title = "A local limit may not be longer than the national one"


class ExtensionNotAllowed(Conflict):
    """This clock knows no extension, or has had it."""

    code = "extension-not-allowed"
    title = "This clock cannot be extended"


class AnswerTermRunning(Conflict):
    """A case is decided on the answer, or after the term to answer has run out."""

    code = "answer-term-running"
    title = "The department still has time to answer"


class SystemNotRetired(Conflict):
    """What was decided is carried out when the system is out of service."""

    code = "system-not-retired"
    title = "The system has not been retired yet"


class MergedElsewhere(Conflict):
    """A system is merged into one other system."""

    code = "merged-elsewhere"
    title = "This system is being merged into another one already"


class SignalsUnreadable(Malformed):
    """A body of facts cannot be read as its format."""

    code = "signals-unreadable"
    title = "The body cannot be read as facts"


class SignalsTooMany(TooLarge):
    """A body of facts has more bytes or lines than the platform takes at once."""

    code = "signals-too-many"
    title = "These are more facts than the platform takes at once"


class SignalsRefused(Invalid):
    """Some facts are wrong and the caller wants all or none; nothing was stored."""

    code = "signals-refused"
    title = "Some facts are wrong; nothing was stored"


class SignalsBusy(Unavailable):
    """Others tell facts of the same systems at this moment."""

    code = "signals-busy"
    title = "Others tell facts of these systems now; try again"


class SystemHeld(Conflict):
    """Others still rely on the system; hand over or end what hangs on it first."""

    code = "system-held"
    title = "Others still rely on this system"


class SystemCodeTaken(Conflict):
    """A department's systems have different codes."""

    code = "system-code-taken"
    title = "This department already has a system with this code"


class FilingIncomplete(Invalid):
    """The nine items of a filing (39号, measure 6) are not all there."""

    code = "filing-incomplete"
    title = "The filing is not complete"


class SimilarSystems(Conflict):
    """Other systems look as if they did the same; say why none of them serves."""

    code = "similar-systems"
    title = "Other systems seem to do the same already"


class MergeDecided(Conflict):
    """The merge was decided in a case or a proposal and is taken back there."""

    code = "merge-decided"
    title = "This merge was decided; take the decision back first"


class AlreadyRelated(Conflict):
    """Two systems stand in one relation once."""

    code = "already-related"
    title = "These two systems are related in this way already"


class RelationCircle(Conflict):
    """A system cannot in the end replace itself or be merged into itself."""

    code = "relation-circle"
    title = "These relations would close a circle"


class NothingSuspected(Conflict):
    """A case needs a suspicion, and a system that has no open case, no exemption and no way out."""

    code = "nothing-suspected"
    title = "There is no case to open against this system now"


class RelationFixed(Conflict):
    """A relation that a running merge rests on stays until the merge ends."""

    code = "relation-fixed"
    title = "A running merge rests on this relation"


class AttachmentRefused(Invalid):
    """A document is none of the kinds that are kept, or its name says another kind."""

    code = "attachment-refused"
    title = "This kind of document is not kept"


class AttachmentTooLarge(TooLarge):
    """A document is larger than the register keeps."""

    code = "attachment-too-large"
    title = "This document is too large"


class TooManyAttachments(Conflict):
    """A system has as many documents as the register keeps."""

    code = "too-many-attachments"
    title = "This system has too many documents already"


class ImportRefused(Invalid):
    """Some rows of a form are wrong and all or none were wanted; nothing was changed."""

    code = "import-refused"
    title = "Some rows are wrong; nothing was imported"


class ListTitleTaken(Conflict):
    """A person's saved lists of one page have different titles."""

    code = "list-title-taken"
    title = "You already saved a list under this name"


class NotSealedYet(Conflict):
    """A receipt rests on a sealed block, whose checkpoint lies outside the database."""

    code = "not-sealed-yet"
    title = "This is not sealed yet; that takes some seconds"


class EvidenceUnsound(Conflict):
    """What is stored is not as it was sealed; the auditor finds the first bad entry."""

    code = "evidence-unsound"
    title = "The evidence is not as it was sealed; the auditor has to verify it"


class EvidenceNotStored(Unavailable):
    """Nothing may be published or granted of which no evidence leaves the database."""

    code = "evidence-not-stored"
    title = "The evidence of what is done cannot be stored now"


class TrailTooLong(Conflict):
    """Nobody waits for so long a trail: it is verified every night, and by manage.py audit."""

    code = "trail-too-long"
    title = "The trail is too long to verify while one waits; it is verified every night"


class NotReported(Conflict):
    """An incident of this severity is reported before it is closed."""

    code = "not-reported"
    title = "This incident has to be reported before it is closed"
