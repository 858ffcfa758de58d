"""The portal's words for roles, duties and subjects."""

from django.utils.translation import gettext_lazy as _

from accounts.permissions import Role

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
}
