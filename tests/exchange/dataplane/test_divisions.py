"""Real data as snapshots: 72 revisions of the county-and-above division codes, 1980 to 2019."""

from pathlib import Path

import pytest

from exchange.dataplane.limits import Policy
from exchange.dataplane.publication import prepare
from exchange.dataplane.reading import fold
from exchange.dataplane.schema import Item, Schema
from exchange.dataplane.store import BlobRef, FolderStore

DIVISIONS = Path(__file__).resolve().parents[4] / "shared" / "data" / "gb2260"
DIVISION = Schema(
    (
        Item("code", "string", required=True, pattern="[0-9]{6}"),
        Item("name", "string", required=True, length=40),
    ),
    ("code",),
)


def path_of(store: FolderStore, ref: BlobRef) -> Path:
    return store.path(ref.digest)


@pytest.mark.skipif(not DIVISIONS.is_dir(), reason="the gb2260 files are not beside the project")
def test_the_history_of_the_divisions_is_found_exactly(store: FolderStore, tmp_path: Path) -> None:
    """Six of the revisions give one code to several places; the last one holds."""
    policy = Policy("quarantine", max_rejected=0.01)
    rejected = 0
    files = sorted(DIVISIONS.glob("*.tsv"), key=lambda path: path.stem)
    assert len(files) == 72
    counts, unchanged, base, batches = [0, 0, 0], 0, None, []
    for place, file in enumerate(files):
        fields = [line.split("\t") for line in file.read_text().splitlines()[1:]]
        body = tmp_path / "body.csv"
        body.write_text("code,name\n" + "".join(f"{f[2]},{f[3]}\n" for f in fields))
        made = prepare(
            body,
            kind="snapshot",
            format="csv",
            schema=DIVISION,
            base=base,
            store=store,
            policy=policy,
        )
        assert made.accepted + made.rejected == made.received == len(fields)
        rejected += made.rejected
        if made.blob and made.snapshot:
            base = path_of(store, made.snapshot)
            batches.append(path_of(store, made.blob))
        else:
            unchanged += 1
        if place:
            step = (made.inserted, made.updated, made.deleted)
            counts = [a + b for a, b in zip(counts, step, strict=True)]
    assert counts == [3537, 297, 3424]
    assert (unchanged, rejected) == (13, 17)
    assert fold(None, batches, DIVISION, tmp_path / "folded") == made.accepted
    assert base is not None
    assert (tmp_path / "folded").read_bytes() == base.read_bytes()
