from catalog.models import Category
from catalog.numbering import take_codes
from tests.factories.catalog import CategoryFactory


def test_each_class_counts_for_itself_and_leaves_no_gap(db):
    first, second = CategoryFactory(code="201"), CategoryFactory(code="307024")
    assert take_codes({first.pk: 1}) == {first.pk: ["201/1"]}
    assert take_codes({second.pk: 2, first.pk: 3}) == {
        first.pk: ["201/2", "201/3", "201/4"],
        second.pk: ["307024/1", "307024/2"],
    }
    assert list(Category.objects.order_by("code").values_list("next_number", flat=True)) == [5, 3]


def test_nothing_wanted_costs_nothing(django_assert_num_queries):
    assert take_codes({}) == {}


def test_many_codes_of_many_classes_are_two_statements(db, django_assert_num_queries):
    wanted = {CategoryFactory().pk: 100 for _ in range(5)}
    with django_assert_num_queries(2):
        taken = take_codes(wanted)
    assert sum(map(len, taken.values())) == 500
