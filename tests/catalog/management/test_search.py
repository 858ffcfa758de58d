"""manage.py search."""

import io

import pytest
from django.core.management import call_command

from catalog.models import SearchDocument
from tests.factories.catalog import published_resource


@pytest.mark.django_db
def test_search_is_rebuilt_and_says_how_many_documents_there_are():
    published_resource()
    out = io.StringIO()
    call_command("search", "rebuild", stdout=out)
    assert out.getvalue() == "1 documents\n"
    assert SearchDocument.objects.count() == 1
