from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"

    def ready(self) -> None:
        # What this app tells the home page.
        from accounts.worklist import register
        from catalog.portal.work import work

        register(work)
