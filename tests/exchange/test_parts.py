"""What of a file is given: the whole, a part, nothing new, or nothing that is there."""

import pytest

from exchange.parts import Part, Wanted

TAG, SIZE = "abc", 1000


def part(compresses: bool = False, **told: str) -> Part:
    return Wanted(**told).part(TAG, SIZE, compresses=compresses)


@pytest.mark.parametrize(
    ("range", "start", "stop"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, 1000),
        ("bytes=-1", 999, 1000),
        ("bytes=-5000", 0, 1000),
        ("bytes=990-99999", 990, 1000),
        ("bytes=999-999", 999, 1000),
    ],
)
def test_one_range_is_given(range, start, stop):
    found = part(range=range)
    assert (found.status, found.start, found.stop, found.length) == (206, start, stop, stop - start)


@pytest.mark.parametrize("range", ["bytes=1000-", "bytes=2000-3000", "bytes=-0", "bytes=5-4"])
def test_a_range_beyond_the_file_is_refused(range):
    assert (part(range=range).status, part(range=range).length) == (416, 0)


@pytest.mark.parametrize(
    "range", ["", "bytes=0-1,5-6", "rows=0-1", "bytes=a-b", "bytes=-", "bytes=1" + "0" * 30 + "-"]
)
def test_what_is_no_single_range_gives_the_whole(range):
    found = part(range=range)
    assert (found.status, found.start, found.stop) == (200, 0, SIZE)


@pytest.mark.parametrize(
    ("header", "status"), [('"abc"', 206), ('"other"', 200), ('W/"abc"', 200), ("", 206)]
)
def test_a_part_is_given_of_the_same_file_only(header, status):
    assert part(range="bytes=0-1", if_range=header).status == status


@pytest.mark.parametrize("header", ['"abc"', 'W/"abc"', '"x", "abc"', "*"])
def test_what_the_caller_has_is_not_given_again(header):
    assert (part(if_none_match=header).status, part(if_none_match=header).length) == (304, 0)
    assert part(if_none_match='"abcd"').status == 200


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("gzip;q=0", ""),
        ("br, deflate", ""),
        ("identity, gzip;q=0.5", ""),
        ("gzip;q=abc", ""),
        ("", ""),
    ],
)
def test_text_is_compressed_as_the_caller_likes_best(header, coding):
    found = part(compresses=True, accept_encoding=header)
    assert (found.coding, found.etag) == (coding, f"abc-{coding}" if coding else "abc")
    assert part(accept_encoding=header).coding == ""


def test_a_part_is_of_the_file_as_it_is():
    found = part(compresses=True, accept_encoding="gzip", range="bytes=0-9")
    assert (found.status, found.coding, found.etag, found.length) == (206, "", "abc", 10)


def test_the_tag_of_one_form_is_not_that_of_another():
    assert part(compresses=True, accept_encoding="gzip", if_none_match='"abc"').status == 200
    assert part(compresses=True, accept_encoding="gzip", if_none_match='"abc-gzip"').status == 304


def test_asking_for_the_head_gives_nothing():
    found = Wanted(head=True).part(TAG, SIZE, compresses=False)
    assert (found.status, found.length, found.size) == (200, 0, SIZE)
