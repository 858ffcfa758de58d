import pytest

from tools.sbom import VENDOR, vendored

MADE = {made["name"]: made for made in vendored()}


@pytest.mark.parametrize("name", ["Bootstrap", "htmx", "Apache ECharts, simple build"])
def test_what_is_copied_into_the_tree_is_named_with_version_licence_and_digests(name):
    made = MADE[name]
    assert made["version"]
    assert made["purl"].startswith("pkg:npm/")
    assert made["licenses"][0]["license"]["id"]
    assert all(len(file["hashes"][0]["content"]) == 64 for file in made["components"])


def test_nothing_that_is_copied_is_left_out():
    copied = {str(f.relative_to(VENDOR)) for f in VENDOR.glob("*/*")}
    assert {file["name"] for made in MADE.values() for file in made["components"]} == copied
