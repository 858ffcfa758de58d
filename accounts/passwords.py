"""What a password must be like besides long and uncommon: not one of the last ones."""

from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext


class PastPasswordValidator:
    """Refuses the present password and those that the person had lately (PASSWORD_HISTORY)."""

    def validate(self, password: str, user: Any = None) -> None:
        """ValidationError if the person has or had this password."""
        if user is None or user._state.adding or not settings.PASSWORD_HISTORY:
            return
        rows = user.past_passwords.order_by("-created_at").values_list("hash", flat=True)
        known = [user.password, *rows[: settings.PASSWORD_HISTORY - 1]]
        if any(check_password(password, one) for one in known):
            raise ValidationError(self.get_help_text(), code="password_past")

    def get_help_text(self) -> str:
        """The rule in words."""
        most = settings.PASSWORD_HISTORY
        return gettext("None of your last %(most)s passwords.") % {"most": most}
