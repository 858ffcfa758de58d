"""What every test of the exchange has at hand."""

from tests.exchanges import events, receiver, store_dir, syncing, target, trail, unchanged, world
from tests.providers import provider

__all__ = [
    "events",
    "provider",
    "receiver",
    "store_dir",
    "syncing",
    "target",
    "trail",
    "unchanged",
    "world",
]
