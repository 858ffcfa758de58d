"""Numbers with more digits than fit are refused, however many they have: none wraps around."""

import pytest

from exchange.dataplane.errors import Refused
from exchange.dataplane.publication import prepare
from exchange.dataplane.schema import Item, Schema
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
