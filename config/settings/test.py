"""Tests: real servers, the owner's role so that test databases can be made, cheap passwords."""

from config import env
from config.settings.base import *  # noqa: F403
from config.settings.base import CACHES, EVIDENCE_KEYS, SEALING_KEYS, STORE_DIR, postgresql

SECRET_KEY = "test-only-not-a-secret-test-only-not-a-secret-test-only"
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
DATABASES = {
    "default": postgresql(
        "DATABASE_OWNER_URL" if env.given("DATABASE_OWNER_URL") else "DATABASE_URL"
    )
}
DATABASES["default"]["CONN_MAX_AGE"] = 0
CACHES["default"]["KEY_PREFIX"] = f"test-{env.test_worker()}"
STORE_DIR = STORE_DIR / env.test_worker()
SEALING_KEYS = SEALING_KEYS or ["dGVzdHMtb25seS50ZXN0cy1vbmx5LnRlc3RzLW9ubHk="]
EVIDENCE_KEYS = EVIDENCE_KEYS or ["ed25519:dGVzdHMtb25seS50ZXN0cy1vbmx5LnRlc3RzLW9ubHk="]
METRICS_TOKEN = "test-metrics-token"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = False
SECOND_FACTOR_ROLES = []
# Every test comes from one address.
RATE_LIMITS = []
RATE_LIMITS_ADDRESS = []
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# Most tests keep what they write in a transaction, which no other thread sees.
DELIVERY_LOADS = 0
