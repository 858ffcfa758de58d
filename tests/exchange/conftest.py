"""What every test of the exchange has at hand."""

from tests.exchanges import events, receiver, store_dir, target, trail, unchanged, world

__all__ = ["events", "receiver", "store_dir", "target", "trail", "unchanged", "world"]
