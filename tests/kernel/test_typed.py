"""Of thousands of rows a name is typed, and what was typed is never lost."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Department
from kernel import typed
from kernel.typed import TypedField, TypedFields, suggested
from tests.factories.accounts import DepartmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(db):
    Department.objects.all().delete()
    return [DepartmentFactory(name=name) for name in ("教育厅", "民政厅", "税务局")]


@pytest.fixture
def many(three, monkeypatch):
    monkeypatch.setattr(typed, "MOST_CHOICES", 2)
    return three


class OneForm(forms.Form):
    department = TypedField(
        Department.objects.order_by("name"), suggest="department-names", required=False
    )
    keeper = TypedField(
        Department.objects.order_by("name"),
        suggest="department-names",
        required=False,
        empty_label="全国",
    )
    several = TypedFields(Department.objects.order_by("name"), required=False)


def drawn(name, **data):
    return str(OneForm(data or None)[name])


def test_a_few_rows_are_picked_from_a_select(three):
    assert f'<option value="{three[0].pk}">教育厅</option>' in drawn("department")
    picked = drawn("several", several=[str(three[2].pk)])
    assert f'<option value="{three[2].pk}" selected>税务局</option>' in picked


def test_of_many_a_name_is_typed_with_suggestions_and_none_is_sent_beforehand(many):
    line = drawn("department")
    assert 'hx-get="/departments/names?of=department"' in line
    assert '<datalist id="names-of-department"></datalist>' in line
    assert "教育厅" not in line
    assert 'placeholder="输入名称中的几个字"' in line
    assert 'placeholder="全国 · 输入名称中的几个字"' in drawn("keeper")
    assert drawn("several").startswith('<textarea name="several"')


def test_what_was_typed_or_chosen_before_stands_as_a_name(many):
    assert 'value="民政"' in drawn("department", department="民政")
    form = OneForm(initial={"department": many[1].pk, "several": [many[0].pk, many[2].pk]})
    assert 'value="民政厅"' in str(form["department"])
    assert "教育厅\n税务局</textarea>" in str(form["several"])
    assert "水利厅\n民政厅</textarea>" in drawn("several", several=["水利厅\n民政厅"])


@pytest.mark.parametrize("told", ["民政厅", " 民政 ", "民\0政厅"])
def test_a_row_is_known_by_its_name_or_by_words_that_it_alone_has(many, told):
    field = OneForm().fields["department"]
    assert field.clean(told) == many[1]
    assert field.clean(str(many[1].pk)) == many[1]
    assert field.clean("") is None


@pytest.mark.parametrize(("told", "answer"), [("厅", "教育厅"), ("水利局", "水利局")])
def test_words_of_several_names_or_of_none_are_refused_with_names(many, told, answer):
    with pytest.raises(ValidationError) as refused:
        OneForm().fields["department"].clean(told)
    assert answer in str(refused.value.messages[0])
    with pytest.raises(ValidationError):
        OneForm().fields["department"].clean("00000000-0000-0000-0000-000000000000")


def test_several_names_stand_in_lines_and_a_wrong_one_is_named(many):
    field = OneForm().fields["several"]
    assert set(field.clean(["教育厅\r\n\r\n 税务局", str(many[1].pk)])) == set(many)
    assert list(field.clean([])) == []
    with pytest.raises(ValidationError, match="水利厅"):
        field.clean(["教育厅\n水利厅"])


def test_suggestions_have_the_words_and_nothing_is_suggested_without(many):
    rows = Department.objects.all()
    told = '<option value="教育厅"></option><option value="民政厅"></option>'
    assert suggested(rows, " 厅") == told
    assert suggested(rows, "") == ""
