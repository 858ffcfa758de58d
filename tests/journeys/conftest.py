"""What the journeys have at hand."""

from tests.exchanges import receiver, store_dir, syncing, target, trail, world

__all__ = ["receiver", "store_dir", "syncing", "target", "trail", "world"]
