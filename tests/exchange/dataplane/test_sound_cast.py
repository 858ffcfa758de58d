"""Numbers with more digits than fit are refused, however many they have: none wraps around."""

import pyarrow as pa
import pytest

from exchange.dataplane.connectors.typed import as_item
from exchange.dataplane.errors import Refused
from exchange.dataplane.publication import prepare
from exchange.dataplane.schema import Item, Schema
from exchange.dataplane.sound_cast import sound_cast
from exchange.dataplane.store import FolderStore

LENGTHS = [*range(11, 90), 128, 400, 4000]


@pytest.mark.parametrize("sign", ["", "-", "+"])
@pytest.mark.parametrize("digit", ["9", "1"])
@pytest.mark.parametrize("length", [12, 38])
def test_a_decimal_of_too_many_digits_is_refused(tmp_path, sign, digit, length):
    schema = Schema(
        (
            Item("code", "integer", required=True),
            Item("area", "decimal", length=length, scale=2),
        ),
        ("code",),
    )
    wrong = [n for n in LENGTHS if n > length - 2]
    lines = "".join(f"{n},{sign}{digit * n}\n" for n in wrong)
    body = tmp_path / "body"
    body.write_text("code,area\n" + lines)
    store = FolderStore(tmp_path / "store")
    with pytest.raises(Refused) as refused:
        prepare(body, kind="snapshot", format="csv", schema=schema, store=store)
    assert (refused.value.accepted, refused.value.rejected) == (0, len(wrong))
    assert list(store.iter_digests()) == []


@pytest.mark.parametrize("digits", LENGTHS)
def test_no_text_of_a_source_wraps_around(digits):
    item = Item("area", "decimal", length=10, scale=2)
    texts = pa.array(["9" * digits])
    with pytest.raises(pa.ArrowInvalid):
        sound_cast(texts, item.arrow_type)
    assert as_item(pa.chunked_array([texts]), item, "UTC").to_pylist() == ["9" * digits]
