"""The web server's way in."""

from django.core.wsgi import get_wsgi_application

from config import env

env.use_settings("config.settings.production")
application = get_wsgi_application()
