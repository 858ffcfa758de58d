"""The list of problem codes, and the page that shows it."""

from kernel.errors import DomainError
from kernel.refusals import all_refusals


def families(top):
    for family in top.__subclasses__():
        yield family
        yield from families(family)


def ours():
    return [f for f in families(DomainError) if not f.__module__.startswith("tests")]


def test_every_refusal_is_listed_with_its_status():
    listed = {item.code: item for item in all_refusals()}
    for family in ours():
        assert family.code in listed
        assert listed[family.code].status >= 400
    assert listed["not-found"].status == 404
    assert listed["precondition-required"].status == 428
    assert listed["stale"].status == 412
    assert listed["locked-out"].status == 429


def test_every_refusal_says_when_it_is_given():
    assert [item.code for item in all_refusals() if not item.meaning.strip()] == []


def test_no_two_refusals_share_a_code():
    codes = [family.code for family in ours()]
    assert sorted({code for code in codes if codes.count(code) > 1}) == []


def test_the_type_of_a_problem_leads_to_its_line(client, db, settings):
    body = client.get("/api/v1/nowhere").json()
    address, _, fragment = body["type"].partition("#")
    assert address == f"{settings.PUBLIC_URL}/problems"
    page = client.get("/problems").content.decode()
    assert f'<tr id="{fragment}">' in page
