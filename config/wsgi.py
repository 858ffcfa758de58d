"""The web server's way in."""

from django.core.wsgi import get_wsgi_application

from config import env

env.use_settings("config.settings.production")
application = get_wsgi_application()

from catalog.search.sounds import syllables  # noqa: E402
from kernel.requests import Utf8Request  # noqa: E402

application.request_class = Utf8Request

# The dictionaries are loaded before the first request, so that no search waits for them.
syllables("数桥")
