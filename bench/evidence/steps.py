"""python -m bench.evidence.steps fill ENTRIES | seal | verify | export FOLDER"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from config import env

env.use_settings("config.settings.development")

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402

from accounts.actions.trail import seal_audit  # noqa: E402
from accounts.exporting import write_export  # noqa: E402
from accounts.verification import verify_audit  # noqa: E402

# Entries as look-ups write them: one in each ledger. Nothing that they name has to be there.
_FILL = """
    SET session_replication_role = replica;
    INSERT INTO accounts_auditevent (verb, actor_kind, actor_id, actor_name, department_id,
        subject_type, subject_id, detail, request_id, address)
    SELECT 'record.looked_up', 'system', gen_random_uuid(), '企业登记系统', gen_random_uuid(),
        'dataset', gen_random_uuid()::text,
        jsonb_build_object('items', jsonb_build_array('code', 'name'), 'found', n %% 3 > 0,
            'rows', 1, 'as_of', n, 'purpose', '核对'), gen_random_uuid()::text, '10.1.2.3'
    FROM generate_series(1, %(half)s) AS n;
    INSERT INTO exchange_useentry (at, channel, dataset_id, grant_id, edition, department_id,
        provider_id, system_id, credential_id, purpose, end_user, reason, items, rows, digest,
        first_row, last_row, subjects)
    SELECT now(), 'lookup', gen_random_uuid(), gen_random_uuid(), 1, gen_random_uuid(),
        gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '核对', '甲' || n, '窗口办理',
        '{code,name,address}', 1, encode(sha256(n::text::bytea), 'hex'), 0, 0,
        ARRAY[n::bigint * 7919 + 4611686018427387904]
    FROM generate_series(1, %(half)s) AS n;
    ANALYZE;
"""


def fill(entries: str) -> dict[str, float]:
    """Half of the entries in each ledger."""
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(_FILL, {"half": int(entries) // 2})
    return {"seconds": round(time.perf_counter() - started, 2)}


def seal() -> dict[str, float]:
    """Seal everything, and write the checkpoints."""
    started, sealed = time.perf_counter(), 0
    while made := seal_audit():
        sealed += made
    return {"entries": sealed, "seconds": round(time.perf_counter() - started, 2)}


def verify() -> dict[str, float]:
    """What ``manage.py audit verify`` does."""
    started = time.perf_counter()
    verdict = verify_audit()
    if not verdict.ok:
        raise RuntimeError(str(verdict.first_bad))
    seconds = round(time.perf_counter() - started, 2)
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return {"entries": verdict.entries, "seconds": seconds, "peak_mb": peak}


def export(folder: str) -> dict[str, float]:
    """What ``manage.py audit export`` writes."""
    started = time.perf_counter()
    write_export(Path(folder))
    return {"seconds": round(time.perf_counter() - started, 2)}


if __name__ == "__main__":
    deeds = {"fill": fill, "seal": seal, "verify": verify, "export": export}
    print(json.dumps(deeds[sys.argv[1]](*sys.argv[2:])))
