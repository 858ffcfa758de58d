from django.apps import AppConfig
from django.conf import settings

from kernel import failpoints


class ConfigApp(AppConfig):
    """The wiring, as an app: `doctor`, `prepare`, and our Celery app as the current one."""

    name = "config"
    verbose_name = "Wiring"

    def ready(self) -> None:
        # Actions wake tasks by name through the current Celery app, in the web process too.
        from config import celery  # noqa: F401

        failpoints.arm(settings.FAILPOINTS)
