"""Places in a log as cursors."""

import pytest

from exchange.errors import CursorExpired
from exchange.places import Place, read, sign
from kernel.cursors import BadCursor, write_cursor
from tests.factories.exchange import make_world


def test_a_place_survives_the_way_out_and_back(world):
    grant = world.grant()
    assert read(sign(Place(7, 3), grant, world.dataset), grant, world.dataset) == Place(7, 3)


def test_the_same_place_is_the_same_cursor_within_a_second(world):
    grant = world.grant()
    assert len({sign(Place(7, 3), grant, world.dataset).partition(":")[0] for _ in range(3)}) == 1


def test_the_beginning_is_before_the_first_row():
    assert (Place(), Place().done) == (Place(1, 0), 0)
    assert Place(5, 2).done == 4


def test_a_cursor_of_another_list_is_none_of_ours(world):
    grant = world.grant()
    with pytest.raises(BadCursor):
        read(write_cursor("exchange.batch", {"after": "1"}), grant, world.dataset)


def test_a_changed_cursor_is_none_of_ours(world):
    grant = world.grant()
    cursor = sign(Place(7, 3), grant, world.dataset)
    for broken in (cursor[:-1], cursor[1:], cursor.replace(":", ";"), cursor.swapcase()):
        with pytest.raises(BadCursor):
            read(broken, grant, world.dataset)


def test_dataset_grant_edition_and_epoch_are_held_to(world):
    grant, dataset = world.grant(), world.dataset
    cursor = sign(Place(7, 3), grant, dataset)
    with pytest.raises(BadCursor):
        read(cursor, grant, make_world().dataset)
    with pytest.raises(CursorExpired):
        read(cursor, world.grant(), dataset)
    grant.edition = 2
    with pytest.raises(CursorExpired):
        read(cursor, grant, dataset)
    grant.edition, dataset.epoch = 1, 2
    with pytest.raises(CursorExpired):
        read(cursor, grant, dataset)
