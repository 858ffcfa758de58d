from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # Registered by being imported.
        from accounts.api import schema  # noqa: F401
        from accounts.portal.work import work
        from accounts.worklist import register

        register(work)
