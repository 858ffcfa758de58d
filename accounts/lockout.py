"""How long a name stays locked after too many failed sign-ins."""

from django.conf import settings


def lockout_seconds() -> int:
    """Seconds until the lock opens, counted from the last failure."""
    return int(float(settings.AXES_COOLOFF_TIME) * 3600)
