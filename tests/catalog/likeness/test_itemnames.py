"""Names of items that mean the same, and those that every table has."""

import pytest

from catalog.likeness.itemnames import forms_of, meaning, tells


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("身份证号", "公民身份号码"),
        ("社会信用代码", "统一社会信用代码"),
        ("法人代表", "法定代表人姓名"),
        ("婚姻状态", "婚姻状况"),
        ("总投资（万元）", "投资总额"),
        ("残疾人证编号", "残疾人证号"),
        ("学位类别", "学位类型"),
    ],
)
def test_these_mean_the_same(one, other):
    assert meaning(one) == meaning(other)


@pytest.mark.parametrize(
    ("one", "other"), [("出生日期", "死亡日期"), ("学历", "学位"), ("", "姓名")]
)
def test_these_do_not(one, other):
    assert meaning(one) != meaning(other)


def test_an_item_is_looked_up_under_every_form_of_its_name():
    assert {"婚姻状况", "婚姻状态", "婚姻情况"} <= forms_of("婚姻状态")
    assert "残疾等级" in forms_of("残疾级别")


def test_general_items_and_identifiers_say_nothing_of_the_subject():
    assert [
        name for name in ("备注", "联系方式", "身份证号", "婚姻状况") if tells(meaning(name))
    ] == ["婚姻状况"]
