"""What a worker loads before its first task: no pages, and no drivers that few connectors need."""

import json
import subprocess
import sys

from config import env

HEAVY = ("aiohttp", "botocore", "openpyxl", "paramiko", "rdflib", "s3fs", "sqlalchemy")
PROBE = """
import json, sys
from config.celery import app
app.loader.import_default_modules()
from exchange.tasks import run_syncs
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules} & set(sys.argv[1:]))))
"""


def test_a_worker_starts_without_drivers_and_pages() -> None:
    told = subprocess.run(
        [sys.executable, "-c", PROBE, *HEAVY],
        env=env.inherited(DJANGO_SETTINGS_MODULE="config.settings.development"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(told.stdout) == []
