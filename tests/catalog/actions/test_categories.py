import pytest

from accounts.models import AuditEvent
from catalog.actions.categories import add_category, load_categories
from catalog.errors import CategoryInvalid, CategoryTaken
from catalog.models import Category, SearchDocument
from kernel.errors import Forbidden
from tests.factories.catalog import CategoryFactory


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


TREE = [
    ("307024", "四川省"),
    ("3", "部门政务信息资源目录"),
    ("3070240109", "民政厅"),
    ("307", "省（自治区、直辖市）"),
    ("30702401", "省级部门"),
]


def load(cast, pairs, who="authority"):
    return load_categories(pairs, actor=cast.actor(who))


def tree():
    rows = Category.objects.select_related("parent").order_by("code")
    return {row.code: row.parent.code if row.parent else None for row in rows}


def test_a_classification_in_any_order_becomes_a_tree(cast):
    assert load(cast, TREE) == (5, 0, 0)
    assert tree() == {
        "3": None,
        "307": "3",
        "307024": "307",
        "30702401": "307024",
        "3070240109": "30702401",
    }
    assert AuditEvent.objects.filter(verb="category.added").count() == 5


def test_the_same_classification_again_changes_nothing_but_names(cast):
    load(cast, TREE)
    Category.objects.filter(code="307").update(next_number=9)
    assert load(cast, TREE) == (0, 0, 5)
    assert load(cast, [("307", "省、自治区、直辖市"), ("308", "新疆生产建设兵团")]) == (1, 1, 0)
    row = Category.objects.get(code="307")
    assert (row.name, row.next_number) == ("省、自治区、直辖市", 9)
    assert AuditEvent.objects.get(verb="category.renamed").detail == {
        "code": "307",
        "before": "省（自治区、直辖市）",
        "after": "省、自治区、直辖市",
    }


def test_a_wrong_classification_is_refused_whole_with_every_fault_named(cast):
    with pytest.raises(CategoryInvalid) as refused:
        load(cast, [("3", "部门"), ("9", "甲"), ("307024", "四川省"), ("3", "部门"), ("1", "")])
    assert [(e["pointer"], e["code"]) for e in refused.value.facts["errors"]] == [
        ("#/categories/1/code", "category-code"),
        ("#/categories/2/code", "category-code"),
        ("#/categories/3/code", "code-twice"),
        ("#/categories/4/name", "name-invalid"),
    ]
    assert not Category.objects.exists()


def test_a_department_loads_none(cast):
    with pytest.raises(Forbidden):
        load(cast, TREE, "steward")
    assert not Category.objects.exists()


def test_six_thousand_classes_are_loaded_in_few_statements(cast, django_assert_max_num_queries):
    pairs = [("3", "部门"), ("307", "省"), ("307024", "四川省")]
    pairs += [(f"307024{n:04d}", f"类{n}") for n in range(6000)]
    actor = cast.actor("authority")
    with django_assert_max_num_queries(20):
        assert load_categories(pairs, actor=actor) == (6003, 0, 0)


def test_resources_are_found_by_the_new_name_of_their_class(cast):
    cast.resource("published", category=CategoryFactory(code="307024", name="四川"))
    before = SearchDocument.objects.get().words
    load(cast, [("3", "部门"), ("307", "省级"), ("307024", "四川省人民政府")])
    after = SearchDocument.objects.get().words
    assert after != before
