"""Other hosts that keep checkpoints of the evidence: reached through the guarded client only."""

from typing import Any

from accounts.checkpoints import PlaceFailed
from exchange.dataplane import webhooks
from exchange.destinations import webhook_client

EVENT = "evidence.checkpoints"


def send_checkpoints(url: str, lines: list[dict[str, Any]]) -> None:
    """Send signed checkpoints as one event; PlaceFailed unless the host takes it.

    The event carries no signature of a webhook: every checkpoint in it is signed itself, so whoever
    keeps them verifies them with the public key. The id is the same when they are sent again.
    """
    first, last = lines[0], lines[-1]
    name = f"{first['ledger']}-{first['number']}-{last['number']}"
    with webhook_client() as client:
        outcome = webhooks.send(url, {"type": EVENT, "checkpoints": lines}, name, [], client)
    if not outcome.ok:
        raise PlaceFailed(outcome.detail or outcome.error)
