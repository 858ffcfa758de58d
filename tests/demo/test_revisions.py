import csv
import io
import json

import pyarrow.parquet as pq

from demo.revisions import (
    COLUMNS,
    Counts,
    Revision,
    all_revisions,
    as_csv,
    as_ndjson,
    as_parquet,
    changes,
    difference,
)

REVISIONS = all_revisions()


def test_there_are_17_revisions_in_the_order_of_their_time() -> None:
    assert [revision.label for revision in REVISIONS] == [
        *("2002", "2003-06", "2003", "2004-03", "2004-09", "2004", "2005-06", "2005"),
        *("2006", "2007", "2008", "2009", "2010", "2011", "2012", "2013", "2014"),
    ]
    assert [len(REVISIONS[0].rows), len(REVISIONS[-1].rows)] == [3510, 3513]


def test_a_row_has_name_level_parent_and_since_when_its_name_holds() -> None:
    newest = REVISIONS[-1].rows
    assert newest["110000"] == ("北京市", "省级", None, "2002")
    assert newest["110100"] == ("市辖区", "地级", "110000", "2002")
    assert newest["110115"] == ("大兴区", "县级", "110100", "2002")
    assert {values[3] for values in REVISIONS[0].rows.values()} == {"2002"}


def test_every_parent_is_in_its_revision() -> None:
    for revision in REVISIONS:
        parents = {values[2] for values in revision.rows.values()} - {None}
        assert parents <= revision.rows.keys()


def test_the_difference_counts_rows() -> None:
    old = {"1": ("a",), "2": ("b",), "3": ("c",)}
    new = {"2": ("b",), "3": ("C",), "4": ("d",), "5": ("e",)}
    assert difference(old, new) == Counts(inserted=2, updated=1, deleted=1)
    assert difference(REVISIONS[0].rows, REVISIONS[1].rows) == Counts(23, 1, 19)


def test_changes_turn_one_revision_into_another() -> None:
    for old, new in [(REVISIONS[-1], REVISIONS[-2]), (REVISIONS[0], REVISIONS[9])]:
        rows = dict(old.rows)
        for change in changes(old, new):
            if change["_op"] == "delete":
                del rows[change["code"]]
            else:
                rows[change["code"]] = tuple(change[name] for name in COLUMNS[1:])
        assert rows == new.rows


def test_all_formats_hold_the_same_records() -> None:
    records = Revision("x", dict(list(REVISIONS[3].rows.items())[:50])).records()
    assert [json.loads(line) for line in as_ndjson(records).splitlines()] == records
    read = csv.DictReader(io.StringIO(as_csv(records).decode("gb18030")))
    assert [{k: v or None for k, v in row.items()} for row in read] == records
    assert pq.read_table(io.BytesIO(as_parquet(records))).to_pylist() == records
