"""Places are learned from the names of departments and of resources."""

from catalog.likeness.places import Gazetteer


def test_a_place_is_what_departments_names_begin_with():
    known = Gazetteer(["示例省民政厅", "临河市教育局", "临河市东山区司法局", "泸县水务局"])
    assert known.find("临河市东山区与泸县的水库") == ["临河", "东山", "泸县"]
    assert known.strip("临河市东山区水库") == "水库"
    assert known.is_wide("临河")
    assert not known.is_wide("东山")
    assert known.is_wide("")


def test_words_that_end_as_places_do_are_none():
    known = Gazetteer(["城市管理局", "社区服务中心", "示范园区管委会"])
    assert known.find("城市社区园区") == []


def test_many_resources_that_begin_with_a_place_make_it_known():
    names = [f"银川市{word}信息" for word in ("律师", "公证", "水库", "学校", "医院", "桥梁")]
    assert Gazetteer(["市司法局"], names).find("银川市律师") == ["银川"]
    assert Gazetteer(["市司法局"], names[:2]).find("银川市律师") == []


def test_the_closest_place_is_the_county_then_the_city_then_the_province():
    known = Gazetteer(["示例省民政厅", "临河市教育局", "东山区司法局"])
    assert known.closest(["示例省临河市东山区"]) == "东山"
    assert known.closest(["示例省临河市"]) == "临河"
    assert known.closest(["示例省"]) == "示例"
    assert known.closest(["无"]) == ""
