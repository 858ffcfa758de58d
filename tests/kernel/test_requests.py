"""The words of an address are UTF-8, whatever the file in the body is written in."""

from urllib.parse import quote

import pytest
from django.test import RequestFactory

from config.wsgi import application
from kernel.requests import Utf8Request


@pytest.mark.parametrize("charset", ["gb18030", "utf-16", "rot13", "hex", "none at all"])
def test_a_charset_of_the_body_changes_no_word_of_the_address(charset):
    asked = RequestFactory().get(f"/?source={quote('市平台')}").environ
    request = application.request_class({**asked, "CONTENT_TYPE": f"text/csv; charset={charset}"})
    assert isinstance(request, Utf8Request)
    assert request.GET["source"] == "市平台"
    assert request.content_params == {"charset": charset}
