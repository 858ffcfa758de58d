"""Rows that come in order go straight into their final file, and any others end the same."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from exchange.dataplane.limits import Limits, Policy
from exchange.dataplane.publication import Prepared
from exchange.dataplane.store import FolderStore

Publish = Callable[..., Prepared]
Rows = Callable[[Any], list[dict[str, Any]]]

ROWS = range(1, 2501)
SMALL = Limits(batch_rows=100, block_bytes=4096, row_group_rows=1000)


def path_of(store: FolderStore, ref: Any) -> Path:
    return store.path(ref.digest)


def lines(numbers: Iterable[int]) -> str:
    return "".join(f'{{"code":"{n:05}","age":{n % 90}}}\n' for n in numbers)


@pytest.mark.parametrize("numbers", [ROWS, reversed(ROWS), [*ROWS[:2400], *ROWS[:1:-1]]])
def test_rows_in_any_order_end_sorted_in_one_file_and_repeats_are_found(
    publish: Publish, rows: Rows, numbers: Iterable[int]
) -> None:
    sent = list(numbers)
    once = len(set(sent))
    body = lines(sent)
    policy = Policy("quarantine", 1.0)
    made = publish(body, limits=SMALL, policy=policy)
    assert (made.received, made.accepted) == (len(sent), once)
    found = rows(made.blob)
    assert [row["code"] for row in found] == sorted({f"{n:05}" for n in sent})
    assert [row["_seq"] for row in found] == list(range(1, once + 1))


def test_a_table_in_order_is_stored_as_it_comes_and_compared_with_its_base(
    publish: Publish, rows: Rows, store: FolderStore
) -> None:
    base = path_of(store, publish(lines(ROWS), limits=SMALL).snapshot)
    sent = lines(n for n in ROWS if n != 7) + lines([9999])
    made = publish(sent, base=base, limits=SMALL)
    assert (made.inserted, made.updated, made.deleted) == (1, 0, 1)
    unsorted = lines([9999]) + lines(set(ROWS) - {7})
    assert made.snapshot == publish(unsorted, base=base, limits=SMALL).snapshot
    assert len(rows(made.snapshot)) == 2500


def test_a_bad_row_within_a_table_in_order_lets_its_predecessor_stand(
    publish: Publish, rows: Rows, store: FolderStore
) -> None:
    base = path_of(store, publish(lines(ROWS), limits=SMALL).snapshot)
    sent = lines(ROWS[:1199]) + '{"code":"01200","age":"x"}\n' + lines(ROWS[1200:])
    made = publish(sent, base=base, limits=SMALL, policy=Policy("quarantine", 0.5))
    assert (made.blob, made.rejected, made.errors[0].line) == (None, 1, 1200)


def test_changes_keep_their_order_though_keys_descend_and_a_repeat_is_rejected(
    publish: Publish, rows: Rows
) -> None:
    body = lines(reversed(ROWS)) + lines([5])
    made = publish(body, kind="changes", limits=SMALL, policy=Policy("quarantine", 1.0))
    assert (made.rejected, made.errors[0].code) == (1, "key-repeated")
    found = rows(made.blob)
    assert [found[0]["code"], found[-1]["code"], len(found)] == ["02500", "00005", 2500]
