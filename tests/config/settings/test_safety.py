import subprocess
import sys

import pytest

from config import env
from config.launch.deploycheck import production_values
from config.settings.safety import weak_password, weak_secret

LOAD = "from django.conf import settings; print(settings.SECURE_HSTS_SECONDS)"


def start(**changes: str) -> subprocess.CompletedProcess:
    """Load production settings in a process of their own, as a web server would."""
    return subprocess.run(
        [sys.executable, "-c", LOAD],
        env=env.inherited(**(production_values() | changes)),
        cwd=env.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_safe_values():
    answer = start()
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip() == "31536000"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "development-only-not-a-secret-development-only-not-a-secret"),
        ("SECRET_KEY", "a" * 60),
        ("DEBUG", "true"),
        ("ALLOWED_HOSTS", ""),
        ("ALLOWED_HOSTS", "exchange.example.gov.cn,*"),
        ("PUBLIC_URL", "http://exchange.example.gov.cn"),
        ("PUBLIC_URL", ""),
        ("TRUSTED_PROXIES", ""),
        ("TRUSTED_PROXIES", "nginx"),
        ("TRUSTED_PROXIES", "10.0.0.2,0.0.0.0/0"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "postgresql://shuqiao_app@db:5432/shuqiao"),
        ("DATABASE_URL", "postgresql://shuqiao_app:postgres@db:5432/shuqiao"),
        ("DATABASE_URL", "postgresql://shuqiao_app:password1234@db:5432/shuqiao"),
        ("DATABASE_URL", "postgresql://shuqiao_owner:Shuqiao_owner1!@db:5432/shuqiao"),
        ("REDIS_URL", "redis://redis:6379/0"),
        ("SEALING_KEYS", ""),
        ("SEALING_KEYS", "not-a-fernet-key"),
        ("EVIDENCE_KEYS", ""),
        ("EVIDENCE_KEYS", "ed25519:c2hvcnQ="),
        ("EVIDENCE_KEYS", "ed25519.public:dGVzdHMtb25seS50ZXN0cy1vbmx5LnRlc3RzLW9ubHk="),
        ("CHECKPOINT_LIMIT_SECONDS", "30"),
        ("EGRESS_TEST_ADDRESSES", "127.0.0.1:9000"),
        ("FAILPOINTS", "store.after_fsync:exit"),
        ("METRICS_TOKEN", ""),
        ("METRICS_TOKEN", "short"),
        ("ANSWER_RETENTION_DAYS", "0"),
    ],
)
def test_production_refuses_an_unsafe_value_and_names_it(name, value):
    answer = start(**{name: value})
    assert answer.returncode != 0
    last = answer.stderr[answer.stderr.index("ImproperlyConfigured") :]
    assert name in last
    assert not value or len(value) < 9 or value not in last


def test_all_unsafe_values_are_told_at_once():
    answer = start(SECRET_KEY="", METRICS_TOKEN="", DEBUG="true")
    assert all(name in answer.stderr for name in ("SECRET_KEY", "METRICS_TOKEN", "DEBUG"))


def test_random_words_are_not_weak():
    assert not weak_secret(production_values()["SECRET_KEY"])
    assert not weak_password("9f86d081884c7d659a2feaa0", "shuqiao_app")


def test_the_deployment_check_has_no_warnings():
    answer = subprocess.run(
        [sys.executable, "-m", "config.launch", "check"],
        cwd=env.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "no issues (0 silenced)" in answer.stdout + answer.stderr
