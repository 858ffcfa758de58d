"""python -m bench.fanout.bare FILE: the yardstick, a bare client loop.

So many threads share one httpx2 client, sign each body with its secret and post it. The file names
threads, and for each call address, id, body and secret.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx2
from standardwebhooks.webhooks import Webhook


def main(file: str) -> None:
    """Post each once; anything but 2xx ends it with an error."""
    told = json.loads(Path(file).read_text())
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=256)
    with (
        httpx2.Client(trust_env=False, timeout=10, limits=limits) as client,
        ThreadPoolExecutor(told["threads"]) as threads,
    ):

        def post(call: dict[str, str]) -> None:
            at = datetime.now(UTC)
            signed = Webhook(call["secret"]).sign(call["id"], at, call["body"])
            headers = {
                "content-type": "application/json",
                "webhook-id": call["id"],
                "webhook-timestamp": str(int(at.timestamp())),
                "webhook-signature": signed,
            }
            content = call["body"].encode()
            client.post(call["url"], content=content, headers=headers).raise_for_status()

        list(threads.map(post, told["calls"]))


if __name__ == "__main__":
    main(sys.argv[1])
