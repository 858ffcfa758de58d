"""One machine, no ceremony: what `make serve` and `make demo` run, and a developer's shell.

The launcher leaves the addresses and secrets of its running servers in a file, so that
`python manage.py ...` in another terminal finds them.
"""

from config import env

env.read_file(env.BASE_DIR / "var" / "embedded" / "environment")

from config.settings.base import *  # noqa: E402, F403
from config.settings.base import ALLOWED_HOSTS, SECOND_FACTOR_ROLES, SECRET_KEY  # noqa: E402

SECRET_KEY = SECRET_KEY or "development-only-not-a-secret-development-only-not-a-secret"
ALLOWED_HOSTS = ALLOWED_HOSTS or ["127.0.0.1", "localhost", "[::1]"]
WHITENOISE_USE_FINDERS = True
# Everybody may have a second factor; who tries the platform out need not.
SECOND_FACTOR_ROLES = SECOND_FACTOR_ROLES if env.given("SECOND_FACTOR_ROLES") else []
