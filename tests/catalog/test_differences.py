from catalog.differences import differences
from catalog.metadata import ITEM_CARRIED, ITEM_VALUES, METADATA

BLANK = dict.fromkeys(METADATA, "") | {"items": []}


def item(column, **values):
    blank = dict.fromkeys((*ITEM_VALUES, *ITEM_CARRIED)) | {"name": f"{column}名"}
    return blank | values | {"column": column}


def version(*items, **values):
    return BLANK | values | {"items": list(items)}


def test_equal_versions_do_not_differ():
    assert differences(version(item("a")), version(item("a"))).is_empty


def test_each_member_that_changed_is_told_with_both_values():
    found = differences(version(name="甲", abstract="旧"), version(name="甲", abstract="新"))
    assert found.metadata == [("abstract", "旧", "新")]
    assert (found.added, found.removed, found.changed, found.moved) == ([], [], [], [])


def test_items_are_matched_by_their_column_wherever_they_stand():
    before = version(item("a", length=6), item("b"), item("c"))
    after = version(item("d"), item("a", length=12, position=2), item("c"))
    found = differences(before, after)
    assert [row["column"] for row in found.added] == ["d"]
    assert [row["column"] for row in found.removed] == ["b"]
    assert found.changed == [("a", "a名", [("length", 6, 12)])]
    assert found.moved == []


def test_another_order_of_the_kept_items_is_told():
    before = version(item("a"), item("b"), item("c"), item("gone"))
    after = version(item("a"), item("c"), item("new"), item("b"))
    assert differences(before, after).moved == ["c", "b"]


def test_another_source_department_is_a_change_of_its_item():
    found = differences(
        version(item("a")), version(item("a", source_department={"name": "示例省公安厅"}))
    )
    assert found.changed == [("a", "a名", [("source_department", None, {"name": "示例省公安厅"})])]
