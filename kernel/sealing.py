"""Sealing what the platform must be able to read again: signing secrets and connection strings."""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def seal(plain: str) -> str:
    """The text encrypted with the first of SEALING_KEYS."""
    return _box().encrypt(plain.encode()).decode()


def unseal(sealed: str) -> str:
    """The text that was sealed, with any of SEALING_KEYS; raises InvalidToken for anything else."""
    return _box().decrypt(sealed.encode()).decode()


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.SEALING_KEYS])
