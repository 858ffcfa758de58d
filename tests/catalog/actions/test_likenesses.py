"""Scans for duplicates and repeated collection, and what people decide about them."""

import pytest
from django.utils import timezone

from accounts.actor import CLOCK
from accounts.models import AuditEvent
from catalog.actions.likenesses import (
    Scan,
    confirm_likeness,
    dismiss_likeness,
    reopen_likeness,
    scan_likenesses,
)
from catalog.models import Entry, Likeness, LikenessScan
from kernel.errors import Forbidden, IllegalMove
from tests.factories.catalog import published_resource

HOMES = [
    {"column": "c1", "name": "养老机构名称"},
    {"column": "c2", "name": "床位数"},
    {"column": "c3", "name": "护理等级"},
    {"column": "c4", "name": "备案编号"},
]
PEOPLE = [
    {"column": "sfzh", "name": "公民身份号码", "is_key": True},
    {"column": "hyzk", "name": "婚姻状况"},
]


@pytest.fixture
def homes(cast):
    """One resource under two names, by the civil affairs department."""
    first = published_resource(cast.civil, HOMES, name="养老机构信息")
    again = [{**item, "column": f"n{n}"} for n, item in enumerate(reversed(HOMES))]
    second = published_resource(cast.civil, again, name="省民政厅养老机构基本情况（示例省）")
    return first, second


def test_a_renamed_and_reordered_entry_is_found_with_its_reasons(homes):
    first, second = homes
    assert scan_likenesses(actor=CLOCK) == Scan(compared=2, found=1, dropped=0)
    found = Likeness.objects.get()
    assert (found.kind, found.left, found.right) == ("entry", first, second)
    assert (found.state, found.score) == ("open", 1.0)
    assert found.reasons == {
        "name": 1.0,
        "wording": "the same",
        "items": 1.0,
        "department": "the same",
        "abstract": "the same",
        "shared_items": ["养老机构名称", "备案编号", "床位数", "护理等级"],
    }
    assert LikenessScan.objects.get().is_whole
    assert AuditEvent.objects.filter(verb="likeness.scanned").count() == 1


def test_the_same_table_of_other_years_is_left_alone(cast):
    for year in (2021, 2022, 2023):
        published_resource(cast.civil, HOMES, name=f"{year}年养老机构信息")
    assert scan_likenesses(actor=CLOCK).found == 0


def test_an_item_that_two_departments_collect_of_people_names_the_likely_source(cast):
    asking = published_resource(cast.third, PEOPLE, name="困难学生家庭信息", abstract="学生")
    source = published_resource(
        cast.civil,
        [{**item, "column": f"m_{item['column']}"} for item in PEOPLE],
        name="婚姻登记信息",
        abstract="登记",
    )
    scan_likenesses(actor=CLOCK)
    found = Likeness.objects.get()
    assert (found.kind, found.left, found.right) == ("item", asking, source)
    assert (found.left_column, found.right_column) == ("hyzk", "m_hyzk")
    assert found.proposed_source == cast.civil
    assert found.reasons["subject"] == "person"
    assert found.reasons["source_by"] == "subject"


def test_a_dismissed_pair_stays_dismissed_with_its_reason(cast, homes):
    scan_likenesses(actor=CLOCK)
    authority = cast.actor("authority")
    dismiss_likeness(Likeness.objects.get(), actor=authority, reason="口径不同")
    scan_likenesses(actor=CLOCK, whole=True)
    kept = Likeness.objects.get()
    assert (kept.state, kept.decision_reason) == ("dismissed", "口径不同")
    assert kept.decided_by == authority.id
    reopen_likeness(kept, actor=authority, reason="再核")
    assert Likeness.objects.get().state == "open"


def test_a_pair_that_is_alike_no_longer_is_dropped_unless_it_was_decided(cast, homes):
    scan_likenesses(actor=CLOCK)
    entry = homes[1].published
    Entry.objects.filter(pk=entry.pk).update(name="殡葬服务价格", abstract="价格")
    entry.items.all().delete()
    assert scan_likenesses(actor=CLOCK, whole=True) == Scan(compared=2, found=0, dropped=1)
    assert not Likeness.objects.exists()


def test_a_scan_compares_only_what_was_published_since_the_last(cast, homes):
    Entry.objects.update(published_at=timezone.now() - timezone.timedelta(days=3))
    scan_likenesses(actor=CLOCK)
    assert scan_likenesses(actor=CLOCK) == Scan()
    assert LikenessScan.objects.count() == 1
    published_resource(cast.civil, HOMES, name="养老机构名录")
    assert scan_likenesses(actor=CLOCK) == Scan(compared=1, found=2, dropped=0)
    assert Likeness.objects.filter(kind="entry").count() == 3
    assert not LikenessScan.objects.latest("began_at").is_whole


def test_only_one_of_the_two_departments_or_the_authority_decides(cast, homes):
    scan_likenesses(actor=CLOCK)
    found = Likeness.objects.get()
    with pytest.raises(Forbidden):
        dismiss_likeness(found, actor=cast.actor("third steward"), reason="不同")
    with pytest.raises(Forbidden):
        dismiss_likeness(found, actor=cast.actor("auditor"), reason="不同")
    assert Likeness.objects.get().state == "open"
    confirm_likeness(found, actor=cast.actor("steward"), reason="重复登记")
    assert Likeness.objects.get().state == "confirmed"
    with pytest.raises(IllegalMove):
        reopen_likeness(found, actor=cast.actor("steward"), reason="再核")


def test_a_scan_needs_its_permission(cast, homes):
    with pytest.raises(Forbidden):
        scan_likenesses(actor=cast.actor("steward"))
    assert not LikenessScan.objects.exists()
