"""The scene of the authorisation matrix with what only pages show."""

from __future__ import annotations

from tests.architecture.scene import Scene
from tests.factories.catalog import entry_with_items, published_resource

OPEN = {"share_type": "unconditional", "open_to_public": True, "data_grade": "general"}


class PortalScene(Scene):
    """One of everything that a page shows, by the word of its address in ``ids``."""

    def __init__(self) -> None:
        super().__init__()
        provider = self.world.provider
        self.ids["open"] = str(published_resource(provider, **OPEN).pk)
        draft = entry_with_items(resource__department=provider)
        self.ids["resources"] = str(draft.resource_id)
