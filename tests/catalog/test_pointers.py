import pytest

from catalog.pointers import names_place


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("/abstract", True),
        ("/share_modes/0", True),
        ("/items", True),
        ("/items/0", True),
        ("/items/4/length", True),
        ("/items/5", False),
        ("/items/04", False),
        ("/items/0/entry", False),
        ("/state", False),
        ("abstract", False),
        ("/abstract/", False),
        ("", False),
        ("/items/٣", False),
    ],
)
def test_a_pointer_names_a_place_of_a_version_of_five_items(pointer, expected):
    assert names_place(pointer, 5) is expected
