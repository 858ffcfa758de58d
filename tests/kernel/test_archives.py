"""The entries of an archive are counted before a library lists them."""

import zipfile
from io import BytesIO

from kernel.archives import count_entries


def archive(names):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, b"")
    return out


def test_entries_are_counted_and_no_further_than_asked():
    made = archive(str(n) for n in range(40))
    assert count_entries(made, 2000) == 40
    assert count_entries(made, 10) > 10
    assert count_entries(BytesIO(b""), 10) == 0


def test_an_entry_across_two_pieces_counts_once(monkeypatch):
    monkeypatch.setattr("kernel.archives._PIECE", 5)
    assert count_entries(archive("abc"), 2000) == 3
