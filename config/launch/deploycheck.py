"""Commands under production settings without a deployment, with values made up for them."""

from __future__ import annotations

import secrets
import subprocess
import sys
from base64 import b64encode, urlsafe_b64encode

from config import env


def production_values() -> dict[str, str]:
    """The variables production insists on, random, good for one check."""
    word = secrets.token_urlsafe(48)
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": word,
        "DEBUG": "false",
        "ALLOWED_HOSTS": "exchange.example.gov.cn",
        "PUBLIC_URL": "https://exchange.example.gov.cn",
        "TRUSTED_PROXIES": "10.0.0.2",
        "DATABASE_URL": f"postgresql://shuqiao_app:{word}@database.example.gov.cn:5432/shuqiao",
        "DATABASE_OWNER_URL": "",
        "REDIS_URL": f"redis://:{word}@redis.example.gov.cn:6379/0",
        "SEALING_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "EVIDENCE_KEYS": f"ed25519:{b64encode(secrets.token_bytes(32)).decode()}",
        "METRICS_TOKEN": word,
        "EGRESS_ALLOW": "10.0.0.0/8",
        "EGRESS_TEST_ADDRESSES": "",
        "FAILPOINTS": "",
        "LOG_FORMAT": "json",
    }


def check() -> int:
    """Run the check; any warning fails it."""
    return _manage("check", "--deploy", "--fail-level", "WARNING")


def collect_static() -> int:
    """Collect the static files as production serves them, for an image that knows no secrets."""
    return _manage("collectstatic", "--no-input", "--verbosity", "0")


def _manage(*words: str) -> int:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=env.BASE_DIR,
        env=env.inherited(**production_values()),
        check=False,
    ).returncode
