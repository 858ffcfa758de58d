"""The open data catalogue, as anybody sees it."""

import json
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.utils import timezone
from rdflib import Graph

from accounts.actor import CLOCK
from catalog.actions.quality import note_data
from catalog.portal import limits
from catalog.portal import open_site as pages
from kernel import ratelimits
from kernel.ratelimits import Limit
from tests.factories.catalog import ItemFactory, published_resource


@pytest.fixture(autouse=True)
def fresh_count():
    cache.clear()
    yield
    ratelimits.forget()


@pytest.fixture
def opened(cast):
    return published_resource(cast.civil, name="婚姻登记机关名录", open_to_public=True)


@pytest.fixture
def closed(cast):
    return published_resource(cast.civil, name="婚姻登记当事人")


def test_a_word_that_no_row_can_hold_is_refused_as_the_callers_fault(client_of_nobody, opened):
    answer = client_of_nobody.get("/open/", {"q": "名录\0"})
    assert answer.status_code == 400
    assert opened.published.name not in answer.content.decode()


def test_open_entries_are_listed_for_everybody_and_others_are_not(client_of_nobody, opened, closed):
    answer = client_of_nobody.get("/open/")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "婚姻登记机关名录" in text
    assert "婚姻登记当事人" not in text
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_an_entry_has_a_page_and_a_closed_one_has_none(client_of_nobody, opened, closed):
    text = client_of_nobody.get(f"/open/{opened.pk}").content.decode()
    assert "婚姻登记机关名录" in text
    assert opened.code in text
    assert "行政区划代码" in text
    for path in (f"/open/{closed.pk}", f"/open/{closed.pk}.jsonld", "/open/catalog.docx"):
        refused = client_of_nobody.get(path)
        assert refused.status_code == 404
        assert refused.headers["RateLimit-Policy"] == '"open";q=120;w=60'


def test_a_resource_that_was_withdrawn_is_gone_from_the_open_pages(client_of_nobody, opened):
    opened.change(published=None)
    assert client_of_nobody.get(f"/open/{opened.pk}").status_code == 404
    assert json.loads(client_of_nobody.get("/open/data.json").content)["dataset"] == []


def test_data_json_follows_project_open_data(client_of_nobody, opened, closed):
    body = json.loads(client_of_nobody.get("/open/data.json").content)
    assert body["conformsTo"] == "https://project-open-data.cio.gov/v1.1/schema"
    (one,) = body["dataset"]
    assert (one["identifier"], one["title"]) == (opened.code, "婚姻登记机关名录")
    assert (one["accessLevel"], one["accrualPeriodicity"]) == ("public", "R/P1Y")
    assert one["publisher"]["name"] == "示例省民政厅"
    needed = {"title", "description", "keyword", "modified", "publisher", "contactPoint"}
    assert needed - {"keyword"} <= set(one)


@pytest.mark.parametrize(
    ("suffix", "syntax"), [("jsonld", "json-ld"), ("ttl", "turtle"), ("rdf", "xml")]
)
def test_the_catalogue_and_each_entry_are_dcat(client_of_nobody, opened, closed, suffix, syntax):
    for path in (f"/open/catalog.{suffix}", f"/open/{opened.pk}.{suffix}"):
        graph = Graph().parse(data=client_of_nobody.get(path).content, format=syntax)
        datasets = graph.query("SELECT ?d WHERE { ?d a <http://www.w3.org/ns/dcat#Dataset> }")
        assert [str(row.d) for row in datasets] == [f"http://127.0.0.1:8000/open/{opened.pk}"]


def test_pages_of_the_catalogue_follow_each_other(client_of_nobody, cast, monkeypatch):
    rows = [published_resource(cast.civil, name=f"名录{n}", open_to_public=True) for n in range(5)]
    monkeypatch.setattr(pages, "ON_A_PAGE", 2)
    seen, path = [], "/open/"
    for _ in range(3):
        answer = client_of_nobody.get(path)
        seen += [row.pk for row in rows if str(row.pk) in answer.content.decode()]
        path = answer.headers.get("Link", "<>").partition(">")[0].lstrip("<")
    assert (seen, path) == ([row.pk for row in rows], "")
    assert client_of_nobody.get("/open/?cursor=made-up").status_code == 400


def test_what_was_not_changed_is_answered_304(client_of_nobody, opened):
    for path in ("/open/", "/open/data.json", "/open/catalog.ttl", "/open/sitemap.xml"):
        mark = client_of_nobody.get(path).headers["ETag"]
        again = client_of_nobody.get(path, headers={"If-None-Match": mark})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", mark)
        opened.change(data_updated_at="2026-01-01T00:00:00Z")
        assert client_of_nobody.get(path, headers={"If-None-Match": mark}).status_code == 200


def test_the_sitemap_names_every_page_and_is_cut_where_it_grows(
    client_of_nobody, opened, closed, monkeypatch
):
    places = _places(client_of_nobody.get("/open/sitemap.xml"))
    assert places == ("urlset", [f"http://127.0.0.1:8000/open/{opened.pk}"])
    monkeypatch.setattr(pages, "MOST_PLACES", 1)
    closed.published.change(open_to_public=True)
    parts = _places(client_of_nobody.get("/open/sitemap.xml"))
    assert parts[0] == "sitemapindex"
    found = [place for part in parts[1] for place in _places(client_of_nobody.get(part))[1]]
    assert found == [f"http://127.0.0.1:8000/open/{row.pk}" for row in (opened, closed)]


def test_one_address_is_answered_so_often_and_told_so(client_of_nobody, opened, monkeypatch):
    monkeypatch.setattr(limits, "OPEN", Limit("open", most=3, seconds=60))
    answers = [client_of_nobody.get("/open/") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["RateLimit"].partition(";t=")[0] for answer in answers] == [
        '"open";r=2',
        '"open";r=1',
        '"open";r=0',
        '"open";r=0',
    ]
    assert answers[3].json()["code"] == "rate-limited"
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 60
    assert client_of_nobody.get("/open/", REMOTE_ADDR="192.0.2.9").status_code == 200


def test_without_the_cache_the_open_pages_stay_open(client_of_nobody, opened, monkeypatch):
    def lost(*_, **__):
        raise ConnectionError("no cache")

    monkeypatch.setattr(ratelimits.cache, "add", lost)
    answer = client_of_nobody.get("/open/")
    assert answer.status_code == 200
    assert answer.headers["RateLimit"].startswith('"open";r=120;')


def test_the_public_learns_nothing_that_is_the_departments_own(client_of_nobody, cast, opened):
    own = {
        "internal_office": "社会事务处",
        "contact": "张三 010-12345678",
        "secrecy_assessment": "保密评估结论甲",
        "privacy_assessment": "影响评估结论乙",
        "collection_reason": "重复采集理由丙",
        "share_condition": "共享条件丁",
        "share_scope": "共享范围戊",
        "use_purpose": "使用用途己",
        "grade_note": "分级说明庚",
        "legal_basis": "不予共享依据辛",
    }
    opened.published.change(**own)
    ItemFactory(entry=opened.published, name="内部备注", share_type="not_shared")
    suffixes = ("", ".jsonld", ".ttl", ".rdf")
    paths = [f"/open/{opened.pk}{suffix}" for suffix in suffixes]
    paths += ["/open/data.json", "/open/", *(f"/open/catalog{suffix}" for suffix in suffixes[1:])]
    for path in paths:
        text = client_of_nobody.get(path).content.decode()
        if path.endswith(("json", "jsonld")):
            text = json.dumps(json.loads(text), ensure_ascii=False)
        assert "婚姻登记机关名录" in text
        assert [word for word in [*own.values(), "内部备注"] if word in text] == []


@pytest.mark.parametrize("closing", [{"share_type": "not_shared"}, {"data_grade": "core"}])
def test_what_may_not_be_open_is_not_although_it_says_so(client_of_nobody, opened, closing):
    opened.published.change(**closing)
    assert client_of_nobody.get(f"/open/{opened.pk}").status_code == 404
    for path in ("/open/", "/open/data.json", "/open/catalog.ttl", "/open/sitemap.xml"):
        assert str(opened.pk) not in client_of_nobody.get(path).content.decode()


def test_that_data_came_changes_what_is_told(client_of_nobody, opened):
    mark = client_of_nobody.get("/open/data.json").headers["ETag"]
    note_data(opened.pk, actor=CLOCK, at=timezone.now())
    again = client_of_nobody.get("/open/data.json", headers={"If-None-Match": mark})
    assert again.status_code == 200


def _places(answer):
    root = ElementTree.fromstring(answer.content)  # noqa: S314 - our own answer
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    return root.tag.removeprefix(space), [node.text for node in root.iter(f"{space}loc")]
