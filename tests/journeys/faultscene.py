"""A world in the database that the environment names, for tests whose database is not pytest's.

Prints one JSON object: the dataset, the subscription, and the secrets of both systems.
"""

from __future__ import annotations

import json
import os

import django


def main() -> None:
    django.setup()
    from django.conf import settings

    from tests.factories.accounts import CredentialFactory
    from tests.factories.exchange import make_world

    world = make_world()
    lane = world.subscribe(
        "sink",
        world.grant(),
        dsn=os.environ["FAULT_TARGET_DSN"],
        target_schema="shared",
        target_table="divisions",
    )
    told = {
        "dataset": str(world.dataset.pk),
        "sink": str(lane.pk),
        "pull": str(world.subscribe("pull", lane.grant).pk),
        "publisher": CredentialFactory(system=world.publisher).secret,
        "reader": CredentialFactory(system=world.reader).secret,
        "store": str(settings.STORE_DIR),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
