"""A receipt: proof that an entry was sealed, which anybody can verify with the public key alone."""

from typing import Any

from accounts.blocks import block_with, entries_of, statement_of
from accounts.chain import tree_path
from accounts.errors import EvidenceUnsound, NotSealedYet
from accounts.evidencekeys import sign
from accounts.ledgers import ledger_named
from accounts.models import CheckpointPlace
from kernel.texts import Text
from tools.verify_evidence import CHECKPOINT, RECEIPT, hash_of, leaf_of, tree_root


def receipt_of(ledger: str, entry: int) -> dict[str, Any]:
    """The entry, its way to the root of its block, and the block's signed checkpoint.

    NotSealedYet in the first seconds; EvidenceUnsound if the block is not as it was sealed.
    """
    block = block_with(ledger, entry)
    if block is None or not _is_stored(ledger, block.number):
        raise NotSealedYet(retry_after=20)
    found, hashed = entries_of(ledger_named(ledger), block.ids), hash_of(block.algorithm)
    leaves = [leaf_of(each.content, hashed) for each in found]
    places = [place for place, each in enumerate(found) if each.id == entry]
    if not places or tree_root(leaves, hashed).hex() != block.root:
        raise EvidenceUnsound(Text("block {number} is not as it was sealed", number=block.number))
    return {
        "format": RECEIPT,
        "entry": found[places[0]].content.decode(),
        "place": places[0] + 1,
        "path": tree_path(leaves, places[0], hashed),
        "checkpoint": sign({"format": CHECKPOINT, **statement_of(block)}),
    }


def _is_stored(ledger: str, number: int) -> bool:
    """Whether a place outside the database has the block's checkpoint."""
    heads = CheckpointPlace.objects.values_list("heads", flat=True)
    return any(known.get(ledger, 0) >= number for known in heads)
