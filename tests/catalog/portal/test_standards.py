"""Pages that write code lists, data elements and synonyms."""

import pytest
from django.utils import timezone

from catalog.models import CodeList, DataElement, SynonymSet
from tests.factories.catalog import code_list
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority(member_of):
    return browser_of(member_of("authority"))


@pytest.fixture
def steward(member_of):
    return browser_of(member_of("steward"))


def today():
    return timezone.localdate().isoformat()


def test_a_list_is_added_from_two_pasted_columns(authority):
    assert "/code-lists/new" in text(authority.get("/code-lists"))
    said = {"identifier": "GB/T 9999", "name": "示例代码", "effective_on": today()}
    answer = authority.post("/code-lists/new", {**said, "codes": "1\t男性\r\n2\t女性\r\n"})
    made = CodeList.objects.get()
    assert answer["Location"] == f"/code-lists/{made.pk}"
    assert made.current.pairs == {"1": "男性", "2": "女性"}
    assert made.department is None
    again = authority.post("/code-lists/new", {**said, "codes": "1 男"})
    assert again.status_code == 409
    assert "请改为修订 GB/T 9999" in text(again)
    assert CodeList.objects.count() == 1


def test_a_list_is_revised_from_the_codes_it_has(authority):
    row = code_list("GB/T 9998", {"1": "男性", "2": "女性"})
    address = f"/code-lists/{row.pk}/revise"
    assert address in text(authority.get(f"/code-lists/{row.pk}"))
    assert "1 男性\n2 女性" in text(authority.get(address))
    said = {"effective_on": today(), "change_message": "增加未说明"}
    answer = authority.post(address, {**said, "codes": "1 男性\n2 女性\n9 未说明的性别"})
    assert answer["Location"] == f"/code-lists/{row.pk}?version=2"
    assert "未说明的性别" in text(authority.get(answer["Location"]))


def test_a_code_that_cannot_be_is_named_by_its_place_and_nothing_typed_is_lost(authority):
    row = code_list("GB/T 9998", {"1": "男性"})
    said = {"effective_on": today(), "change_message": "修订", "codes": "1 男\n1 女\n3"}
    answer = authority.post(f"/code-lists/{row.pk}/revise", said)
    page = text(answer)
    assert answer.status_code == 422
    assert "第 2 个代码：代码 1 重复" in page
    assert "第 3 个名称" in page
    assert "1 男\n1 女\n3" in page
    assert row.versions.count() == 1


def test_an_element_is_defined_and_changed(authority):
    said = {"identifier": "DE00001", "name": "姓名", "data_type": "C", "synonyms": "名字\n姓 名"}
    answer = authority.post("/data-elements/new", said)
    made = DataElement.objects.get()
    assert answer["Location"] == f"/data-elements/{made.pk}"
    assert made.synonyms == ["名字", "姓 名"]
    address = f"/data-elements/{made.pk}/change"
    assert address in text(authority.get(f"/data-elements/{made.pk}"))
    told = {"name": "公民姓名", "data_type": "C", "expected": str(made.version), "length": "50"}
    assert authority.post(address, told).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.length, made.synonyms) == ("公民姓名", 50, [])
    stale = authority.post(address, {**told, "name": "别的"})
    assert stale.status_code == 412
    made.refresh_from_db()
    assert made.name == "公民姓名"


def test_synonyms_are_added_changed_and_removed(authority):
    assert authority.post("/synonyms/new", {"words": "户籍\n户口"})["Location"] == "/synonyms"
    made = SynonymSet.objects.get()
    assert f"/synonyms/{made.pk}/change" in text(authority.get("/synonyms"))
    few = authority.post("/synonyms/new", {"words": "户籍"})
    assert few.status_code == 422
    assert "请填写两个以上不同的词" in text(few)
    address = f"/synonyms/{made.pk}/change"
    told = {"words": "户籍\n户口\n户口本", "expected": str(made.version)}
    assert authority.post(address, told).status_code == 302
    made.refresh_from_db()
    assert made.words == ["户籍", "户口", "户口本"]
    gone = {**told, "expected": str(made.version), "drop": "1"}
    assert authority.post(address, gone).status_code == 302
    assert not SynonymSet.objects.exists()


def test_who_may_not_write_them_reads_them_and_is_not_led_there(steward):
    row = code_list("GB/T 9998", {"1": "男性"})
    words = SynonymSet.objects.create(words=["户籍", "户口"])
    assert "/code-lists/new" not in text(steward.get("/code-lists"))
    assert "户籍、户口" in text(steward.get("/synonyms"))
    assert str(words.pk) not in text(steward.get("/synonyms"))
    for address in ("/code-lists/new", f"/code-lists/{row.pk}/revise", "/data-elements/new"):
        assert steward.get(address).status_code == 403
    told = {"words": "户籍\n人口", "expected": str(words.version)}
    refused = steward.post(f"/synonyms/{words.pk}/change", told)
    assert refused.status_code == 403
    assert "您的角色没有此项权限" in text(refused)
    words.refresh_from_db()
    assert words.words == ["户籍", "户口"]
