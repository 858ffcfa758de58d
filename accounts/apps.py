from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        # Registered by being imported.
        from accounts.api import schema  # noqa: F401
