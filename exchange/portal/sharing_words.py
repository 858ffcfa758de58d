"""How the portal of sharing names states, kinds and steps, for both languages."""

from django.utils.translation import gettext_lazy as _

REQUEST_STATES = {
    "submitted": (_("With the requester's head"), "warn"),
    "agreed": (_("Arrived at the provider"), "warn"),
    "received": (_("Taken on"), "warn"),
    "incomplete": (_("Supplement asked for"), "warn"),
    "prepared": (_("Answer to be signed"), "warn"),
    "consented": (_("Consented"), "good"),
    "refused": (_("Refused"), "bad"),
    "declined": (_("Not let out"), "bad"),
    "withdrawn": (_("Taken back"), ""),
}
GRANT_STATES = {
    "active": (_("In effect"), "good"),
    "suspended": (_("Suspended"), "bad"),
    "rectified": (_("Rectified, to be resumed"), "warn"),
    "revoked": (_("Revoked"), "bad"),
    "finished": (_("Purpose achieved"), ""),
    "expired": (_("Expired"), ""),
    "disposed": (_("Disposed of"), ""),
}
OBJECTION_STATES = {
    "submitted": (_("Submitted"), "warn"),
    "received": (_("Being verified"), "warn"),
    "resolved": (_("Answered"), "good"),
    "closed": (_("Closed"), ""),
    "withdrawn": (_("Taken back"), ""),
}
DISPUTE_STATES = {
    "negotiating": (_("Being negotiated"), "warn"),
    "with_authority": (_("Before the authority"), "warn"),
    "with_government": (_("With the government"), "bad"),
    "settled": (_("Settled by agreement"), "good"),
    "decided": (_("Decided"), "good"),
    "withdrawn": (_("Taken back"), ""),
}
CHANGE_STATES = {
    "announced": (_("Announced"), "warn"),
    "filed": (_("Filed with the authority"), "warn"),
    "completed": (_("Carried out"), "good"),
    "withdrawn": (_("Taken back"), ""),
}
CHANGE_KINDS = {"stop": _("Stop of a service"), "change": _("Change of a service")}
MODES = {
    "interface": _("Interface"),
    "database": _("Database"),
    "file": _("File"),
    "medium": _("Mail or medium"),
}
GROUNDS = {
    "not_shared": _("Not shared by law"),
    "beyond_duty": _("Beyond what the duty needs"),
    "beyond_condition": _("Does not meet the conditions of sharing"),
    "not_held": _("Not held by our department"),
    "harm": _("Would harm security, the public or lawful interests of persons"),
}
CHANNELS = {
    "changes": _("Changes pulled"),
    "table": _("Table pulled"),
    "sink": _("Written to the system's database"),
    "lookup": _("Look-up"),
    "verify": _("Verification"),
    "file": _("Put down as a file"),
    "service": _("Service interface"),
}
OBJECTION_KINDS = {
    "content": _("Content of the data"),
    "catalogue": _("Catalogue entry"),
    "authorisation": _("Authorisation"),
    "availability": _("Availability"),
    "misuse": _("Misuse"),
}
OBJECTION_OUTCOMES = {
    "corrected": _("Corrected"),
    "partly_corrected": _("Corrected in part"),
    "unfounded": _("Verified: nothing is wrong"),
    "remedied": _("Remedied"),
}
DISPUTE_OUTCOMES = {
    "upheld": _("The claim is upheld"),
    "partly_upheld": _("Upheld in part"),
    "dismissed": _("The claim is dismissed"),
}
SUBSCRIPTION_MODES = {
    "pull": _("The system pulls"),
    "webhook": _("A signed call says what is new"),
    "sink": _("Written to the system's database"),
    "file": _("Put down as a file"),
}
STANDINGS = {
    "running": (_("In time"), "good"),
    "warning": (_("Due soon"), "warn"),
    "overdue": (_("Overdue"), "bad"),
}
# Reasons that the platform itself writes, so that pages can say them in the reader's language.
REASONS = (
    _("the purpose is achieved"),
    _("the term has run out"),
    _("its need was not certified in time"),
)
# What is said beside a field, by the code of a refusal.
REFUSALS = {
    "required": _("This is needed."),
    "key-missing": _("Name at least the key items: every record is known by them."),
    "unknown-item": _("The catalogue does not share one of these items."),
    "twice": _("An item stands here twice; choose each once."),
    "mode-not-offered": _("The catalogue does not offer one of these ways."),
    "own-resource": _("This is your own department's data; you need no request for it."),
    "not-below": _("Return flow is for departments of a lower level in the same area."),
    "purpose-missing": _("Name at least one purpose."),
    "another-grant": _("The grant to be changed is of other data or of another system."),
    "not-requested": _("This is more than was asked for."),
    "not-shared": _("The catalogue no longer shares one of these items."),
    "not-delivered": _("A mask stands beside an item that is not delivered."),
    "reason-missing": _("Say for each item that you leave out why."),
    "refusal-unfounded": _(
        "A refusal needs a ground that the catalogue does not contradict, a reason and the law."
    ),
    "mask-invalid": _("One of the masks does not fit its item; key items can only be hashed."),
    "over-extension": _("This is more than the law allows to extend."),
    "too-early": _("Records of use are kept for at least three years."),
    "item-not-granted": _("One of these items is not in the grant."),
    "too-many": _("These are too many at once."),
}
# The same by the name of the field, where the code says no more than that it is wrong.
MENDS = {
    "ends_on": _("Choose a day to come, within the period that it is for."),
    "starts_on": _("Choose a day since the grant was given."),
    "rectify_by": _("Choose today or a day to come."),
    "effective_on": _("Choose today or a day to come."),
    "system": _("Choose a running system of your own department."),
    "systems": _("Choose running systems of your own department."),
    "networks": _("One of these is no network such as 10.2.0.0/16."),
    "purposes": _("Purposes are codes of up to 40 letters, digits, _ . and -."),
    "calls_per_day": _("Write a whole number above 0, or leave it empty."),
    "rows_per_day": _("Write a whole number above 0, or leave it empty."),
    "condition": _(
        "This condition cannot be read: compare items of the data with values, joined by and, or."
    ),
    "outcome": _("This outcome does not fit the kind of objection."),
    "batch": _("Name the batch that corrects it, published since the objection; else none."),
    "claims": _("One of these records or values cannot be in the data."),
    "grant": _("This grant does not fit."),
    "workdays": _("This is more than the law allows to extend."),
    "rows": _("Correct between 1 and 1,000 records."),
}
