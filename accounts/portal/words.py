"""The portal's words for roles, duties and subjects."""

import re

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actions.registers import BEFORE_VERSIONS, REGISTERED
from accounts.permissions import Role

_ARTICLE = re.compile(r"(\d+)(?:\((\d+)\))?")

ROLES = {
    Role.OPERATOR: _("Platform operator"),
    Role.AUTHORITY: _("Sharing authority"),
    Role.DEPARTMENT_ADMIN: _("Department administrator"),
    Role.HEAD: _("Head of data sharing"),
    Role.STEWARD: _("Data steward"),
    Role.BUSINESS_OPERATOR: _("Business operator"),
    Role.SECURITY_ADMIN: _("Security administrator"),
    Role.AUDITOR: _("Auditor"),
    Role.SYSTEM: _("Information system"),
}
DUTIES = {
    "C1": _("Update the catalogue after a change"),
    "C2": _("Review and publish the catalogue"),
    "C3": _("Answer a request for unconditionally shared data"),
    "C4": _("Answer a request for conditionally shared data"),
    "C5": _("Share the data after consent"),
    "C6": _("Verify and correct the data"),
    "C7": _("Keep the record of use"),
    "N1": _("Answer an objection"),
    "N2": _("Negotiate a dispute"),
    "N3": _("Settle a dispute"),
    "N4": _("Answer a request for return flow"),
    "N5": _("Rectify a suspended use"),
    "N6": _("Dispose of the data after the grant ended"),
}
CASE_STATES = {
    "suspected": _("Suspected"),
    "notified": _("Waiting for an answer"),
    "answered": _("Waiting for a decision"),
    "decided": _("To be carried out"),
    "completed": _("Completed"),
    "dismissed": _("Dismissed"),
}
CASE_STEPS = {
    "notify": _("Notify the department"),
    "answer": _("Answer"),
    "decide": _("Decide"),
    "complete": _("Report as done"),
    "dismiss": _("Dismiss"),
    "reopen": _("Ask again"),
}
# What happened after a step, said to whoever took it.
CASE_DEEDS = {
    "notify": _("The department has been notified."),
    "answer": _("The answer has been handed in."),
    "decide": _("The decision has been recorded."),
    "complete": _("The case is completed."),
    "dismiss": _("The suspicion has been dismissed."),
    "reopen": _("The department is asked again."),
}
ANSWERS = [
    ("keep", _("Keep")),
    ("rectify", _("Rectify")),
    ("merge", _("Merge")),
    ("retire", _("Retire")),
]
LEVELS = {
    "clear": (_("Clear"), "good"),
    "watch": (_("Watch"), "warn"),
    "suspected": (_("Suspected zombie"), "bad"),
    "unknown": (_("Not enough evidence"), ""),
}
MERGE_STATES = {
    "proposed": (_("Proposed"), "warn"),
    "accepted": (_("Ordered"), ""),
    "rejected": (_("Turned down"), ""),
    "completed": (_("Completed"), "good"),
    "abandoned": (_("Given up"), ""),
}
# By step of a merge: its button, and what is said afterwards.
MERGE_STEPS = {
    "accept": (_("Order the merge"), _("The merge is ordered; its systems are being merged.")),
    "reject": (_("Turn down"), _("The proposal is turned down; it is not made for a year.")),
    "complete": (_("Report as merged"), _("The merge is completed.")),
    "abandon": (_("Give the merge up"), _("The merge is given up; the systems work on.")),
}
GROUNDS = {
    "replaceable": _("Found replaceable by the criteria"),
    "overlap": _("Functions and data overlap"),
    "similar_name": _("Nearly the same name in one department"),
    "office_level": _("A bureau's or an office's own system"),
}
RISK_LEVELS = {"low": _("Low"), "medium": _("Medium"), "high": _("High")}
RISKS = {
    "low": (_("Low: nobody is known to depend on it"), "good"),
    "medium": (_("Medium: other systems are registered as depending on it"), "warn"),
    "high": (_("High: others are granted or subscribe to its data"), "bad"),
}
CRITERIA = {
    "Z1": _("Use has long been detached from the business process"),
    "Z2": _("Another system can do the same"),
    "Z3": _("Resources have long been idle"),
    "Z4": _("Maintenance and updates have stopped"),
    "Z5": _("Small scope, low frequency of use"),
}
SYSTEM_STATES = {
    "planned": _("Planned"),
    "in_construction": _("In construction"),
    "trial": _("In trial"),
    "in_operation": _("In operation"),
    "suspended": _("Suspended"),
    "being_merged": _("Being merged"),
    "retired": _("Retired"),
}
# By the code of a refused field.
FIELD_ERRORS = {
    "not-found": _("There is no such system."),
    "not-retired": _("A living system is merged by its step; this says it of a retired one."),
    "required": _("This is needed for the answer chosen."),
    "in-the-past": _("Choose a day after today."),
    "too-long": _("An exemption lasts at most a year."),
    "not-wanted": _("This does not go with the answer chosen."),
    "itself": _("A system cannot be merged into itself."),
    "not-running": _("Choose a system in trial or in operation."),
    "out-of-range": _("Choose 5 to 60 workdays."),
}
FILING_STATES = {
    "draft": (_("Not filed"), "warn"),
    "submitted": (_("Filing handed in"), ""),
    "accepted": (_("Filed"), "good"),
    "returned": (_("Filing returned"), "bad"),
}
GROUPS = {
    "ownership": _("Whose it is"),
    "construction": _("Construction and maintenance"),
    "funding": _("Money and approval"),
    "protection": _("Protection"),
    "use": _("Use"),
}
RELATIONS = {
    "uses": _("uses"),
    "supplies": _("supplies"),
    "replaces": _("replaces"),
    "merged_into": _("was merged into"),
}
# What the platform itself writes as the reason of a version.
MESSAGES = {
    REGISTERED: _("Registered"),
    BEFORE_VERSIONS: _("As it was before changes were kept"),
}
# By step in the life of a system or its filing: its button, and what is said afterwards.
SYSTEM_STEPS = {
    "file": (_("Hand the filing in"), _("The filing has been handed in.")),
    "accept": (_("Accept the filing"), _("The system is filed.")),
    "return": (_("Return the filing"), _("The filing has been returned.")),
    "construct": (_("Begin construction"), _("The system is in construction now.")),
    "try": (_("Begin the trial run"), _("The system is in trial now.")),
    "commission": (_("Put into operation"), _("The system is in operation now.")),
    "suspend": (_("Suspend the system"), _("The system is suspended now.")),
    "resume": (_("Resume operation"), _("The system is in operation again.")),
    "merge": (_("Begin to merge"), _("The system is being merged now.")),
    "keep": (_("End the merge"), _("The system stays on its own.")),
    "retire": (_("Retire the system"), _("The system is retired.")),
}
# Kinds of facts: their title, and in what they are counted.
SIGNALS = {
    "login": (_("Log-ins"), _("times")),
    "active_users": (_("Active users"), _("people, the most on a day")),
    "transaction": (_("Transactions"), _("cases")),
    "call_provided": (_("Calls by others"), _("calls")),
    "call_consumed": (_("Calls of others"), _("calls")),
    "batch_published": (_("Batches published"), _("batches")),
    "subscriptions_open": (_("Open subscriptions"), _("the most on a day")),
    "entries_linked": (_("Catalogue entries"), _("the most on a day")),
    "entries_overdue": (_("Entries overdue for an update"), _("the most on a day")),
    "deployment": (_("Releases and patches"), _("times")),
    "cpu_percent": (_("CPU load"), _("percent, the most on a day")),
    "storage_gb": (_("Storage used"), _("GB, the most on a day")),
    "heartbeat": (_("Signs of life"), _("times")),
    "credential_use": (_("Uses of keys"), _("times")),
}
# By step with a member: its button, and what is said afterwards.
MEMBER_STEPS = {
    "grant-role": (_("Give a role"), _("The role is given.")),
    "revoke-role": (_("Take a role away"), _("The role is taken away.")),
    "deactivate": (_("End the membership"), _("The membership has ended.")),
    "reset-password": (
        _("Give a first password again"),
        _("The password is set; the person chooses one of their own at the next sign-in."),
    ),
    "reopen": (_("Open the account again"), _("The account is open again.")),
    "end-sign-ins": (_("End all sign-ins"), _("All sign-ins of this person have ended.")),
    "reset-factors": (
        _("Take the second factor away"),
        _("The second factor is taken away; the person sets up a new one."),
    ),
    "link-identity": (_("Link to the identity provider"), _("The identity is noted.")),
}
FACTORS = {
    "totp": _("Authenticator app"),
    "webauthn": _("Security key"),
    "recovery": _("Codes on paper"),
}
# What the trail says of how somebody signed in.
SIGN_IN_WORDS = {
    **FACTORS,
    "api": _("over the API"),
    "portal": _("in the portal"),
    "oidc": _("through the identity provider"),
    "second factor": _("wrong second factor"),
    "identity": _("through the identity provider"),
}
# By state of a deed for two people: the word, and how it looks.
PROPOSAL_STATES = {
    "proposed": (_("Waits for a second person"), "warn"),
    "confirmed": (_("Confirmed"), "good"),
    "refused": (_("Refused"), "bad"),
    "withdrawn": (_("Withdrawn"), ""),
    "expired": (_("Time has run out"), ""),
    "done": (_("Done"), "good"),
}
# By step with such a deed: its button, and what is said afterwards.
PROPOSAL_STEPS = {
    "confirm": (_("Confirm"), _("You have confirmed it.")),
    "refuse": (_("Refuse"), _("You have refused it; nothing was done.")),
    "withdraw": (_("Withdraw"), _("The proposal is withdrawn.")),
}
MEMBER_ERRORS = {
    "required": _("A new person needs a name and a password."),
    "weak-password": _(
        "At least 12 characters, not digits alone, no common password and nothing like the name."
    ),
    "wrong-password": _("This is not your password."),
}
DEPARTMENT_KINDS = {
    "A": _("Party committee"),
    "B": _("People's congress"),
    "C": _("Government department"),
    "D": _("Consultative conference"),
    "E": _("Court"),
    "F": _("Procuratorate"),
    "G": _("Vertically managed body"),
    "I": _("Mass organisation"),
    "J": _("Public institution"),
    "X": _("Township"),
    "Z": _("Other organisation"),
}
DEPARTMENT_ERRORS = {
    "invalid": _("This is no valid code; compare it with the certificate."),
}
SEVERITIES = {
    "general": _("General"),
    "larger": _("Larger"),
    "major": _("Major"),
    "grave": _("Especially grave"),
}
INCIDENT_STATES = {
    "found": (_("Found"), "warn"),
    "reported": (_("Reported"), ""),
    "closed": (_("Closed"), "good"),
}


def article_text(article: str) -> str:
    """``21(1)`` as the reader's law writes it."""
    found = _ARTICLE.fullmatch(article)
    if found is None:
        return article
    number, paragraph = found.groups()
    if paragraph:
        return gettext("Art. %(number)s (%(paragraph)s)") % {
            "number": number,
            "paragraph": paragraph,
        }
    return gettext("Art. %(number)s") % {"number": number}
