"""python -m bench.fanout.steps lanes GRANT URLS: one webhook subscription for each address."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from config import env

env.use_settings("config.settings.development")

import django  # noqa: E402

django.setup()

from exchange.dataplane.webhooks import new_secret  # noqa: E402
from exchange.models import Grant, Subscription  # noqa: E402
from kernel.sealing import seal  # noqa: E402


def lanes(grant_id: str, urls: str) -> list[str]:
    """The secrets, in the order of the addresses; the lanes stand at the last batch."""
    grant = Grant.objects.get(pk=grant_id)
    dataset = grant.resource.dataset
    addresses = json.loads(Path(urls).read_text())
    secrets = [new_secret() for _ in addresses]
    Subscription.objects.bulk_create(
        Subscription(
            grant=grant,
            dataset=dataset,
            department=grant.department,
            system=grant.system,
            mode="webhook",
            purpose=grant.purposes[0],
            url=url,
            sealed=seal(secret),
            position=dataset.last_number,
        )
        for url, secret in zip(addresses, secrets, strict=True)
    )
    return secrets


if __name__ == "__main__":
    print(json.dumps({"lanes": lanes}[sys.argv[1]](*sys.argv[2:])))
