from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.portal.work import work
        from accounts.worklist import register

        register(work)
