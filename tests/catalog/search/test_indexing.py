"""Search documents follow the resources in force."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from catalog.models import SearchDocument
from catalog.search.indexing import rebuild, refresh
from tests.factories.accounts import DepartmentFactory
from tests.factories.catalog import ResourceFactory, entry_with_items, published_resource

pytestmark = pytest.mark.django_db


def lexemes_of(resource) -> set[str]:
    text = SearchDocument.objects.raw(
        "SELECT resource_id, tsvector_to_array(words) AS found FROM catalog_searchdocument"
        " WHERE resource_id = %s",
        [resource.pk],
    )[0]
    return set(text.found)


def test_a_document_has_the_words_of_name_department_items_and_abstract():
    resource = published_resource(
        DepartmentFactory(name="示例省民政厅"),
        items=[{"column": "sfzh", "name": "身份证号"}],
        name="公积金贷款信息",
        abstract="缴存职工",
    )
    assert refresh([resource.pk]) == 1
    found = lexemes_of(resource)
    assert {"公积", "@公积", "@公积金", "~gon-ji", "^gjj", "^dk"} <= found
    assert {"民政", "~min-zen", "身份", "缴存"} <= found
    assert not {"@民政", "@身份", "@缴存"} & found


def test_a_resource_that_is_not_in_force_has_no_document():
    draft = ResourceFactory()
    entry_with_items(resource=draft)
    assert refresh([draft.pk]) == 0
    assert not SearchDocument.objects.exists()


def test_a_withdrawn_resource_is_forgotten():
    resource = published_resource()
    refresh([resource.pk])
    resource.change(published=None)
    assert refresh([resource.pk]) == 0
    assert not SearchDocument.objects.exists()


def test_many_resources_take_as_many_queries_as_one(django_assert_num_queries):
    resources = [published_resource(name=f"低保对象{n}") for n in range(30)]
    with django_assert_num_queries(7):
        assert refresh([resource.pk for resource in resources]) == 30


def test_a_document_that_would_not_change_is_not_written():
    resource = published_resource()
    refresh([resource.pk])

    def place():
        rows = SearchDocument.objects.raw(
            "SELECT resource_id, ctid::text AS place FROM catalog_searchdocument"
        )
        return rows[0].place

    before = place()
    refresh([resource.pk])
    assert place() == before


def test_rebuilding_finds_what_was_missed_and_forgets_what_is_gone():
    kept, gone = published_resource(name="低保对象"), published_resource(name="高龄津贴")
    refresh([gone.pk])
    gone.change(published=None)
    assert rebuild() == 1
    assert list(SearchDocument.objects.values_list("resource_id", flat=True)) == [kept.pk]


def waits_for_a_lock() -> bool:
    # Not pg_stat_activity, of which a transaction keeps the first picture that it saw.
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_what_is_being_withdrawn_is_not_written_again_by_who_read_it_before():
    resource = published_resource()
    refresh([resource.pk])

    def rebuilt():
        try:
            return rebuild()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            resource.change(published=None)
            refresh([resource.pk])
            rival = pool.submit(rebuilt)
            until = time.monotonic() + 10
            while not waits_for_a_lock() and time.monotonic() < until:
                time.sleep(0.02)
        assert rival.result(timeout=20) == 0
    assert not SearchDocument.objects.exists()
