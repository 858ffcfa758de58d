import pytest

from accounts.models import AuditEvent
from catalog.actions.categories import add_category
from catalog.errors import CategoryInvalid, CategoryTaken
from catalog.models import Category
from kernel.errors import Forbidden


def test_the_authority_adds_classes_from_the_top_down(cast):
    top = add_category(actor=cast.actor("authority"), code="3", name="部门政务信息资源目录")
    below = add_category(actor=cast.actor("desk"), code="307", name="省级", parent=top)
    assert (below.parent, below.next_number) == (top, 1)
    assert list(AuditEvent.objects.values_list("verb", "detail")) == [
        ("category.added", {"code": "3"}),
        ("category.added", {"code": "307"}),
    ]


def test_a_department_adds_no_class(cast):
    with pytest.raises(Forbidden):
        add_category(actor=cast.actor("steward"), code="3", name="部门政务信息资源目录")
    assert not Category.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_class_outside_the_tree_is_refused_at_its_code(cast):
    top = add_category(actor=cast.actor("authority"), code="3", name="部门政务信息资源目录")
    with pytest.raises(CategoryInvalid) as refused:
        add_category(actor=cast.actor("authority"), code="201", name="全民健康保障", parent=top)
    assert refused.value.facts["errors"] == [
        {
            "pointer": "#/code",
            "code": "category-code",
            "detail": "must begin with its parent's code 3 and be longer",
        }
    ]
    assert Category.objects.get() == top


def test_a_code_is_given_to_one_class(cast):
    add_category(actor=cast.actor("authority"), code="3", name="部门政务信息资源目录")
    with pytest.raises(CategoryTaken):
        add_category(actor=cast.actor("authority"), code="3", name="另一个")
    assert Category.objects.get().name == "部门政务信息资源目录"
    assert AuditEvent.objects.count() == 1
