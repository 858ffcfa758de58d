"""What each caller finds in the lists of resources and of versions."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.actions.resources import revise_resource, withdraw_resource
from catalog.models import Placement
from catalog.vocabulary import ShareType
from tests.factories.catalog import CategoryFactory, code_list

RESOURCES = "/api/v1/resources"


def address(resource, *more):
    return "/".join([RESOURCES, str(resource.pk), *more])


class TestLists:
    def names(self, answer):
        assert answer.status_code == 200, answer.content
        return [row["name"] for row in answer.json()["items"]]

    def test_each_sees_its_part_of_the_catalogue(self, cast, client):
        for state in ("draft", "approved", "published"):
            cast.resource(state, name=state)
        assert self.names(client("steward").get(RESOURCES)) == ["published", "approved", "draft"]
        assert self.names(client("authority").get(RESOURCES)) == ["published", "approved"]
        assert self.names(client("third steward").get(RESOURCES)) == ["published"]

    def test_a_row_tells_what_the_catalogue_says_of_the_resource(self, cast, client):
        resource = cast.resource("published", name="行政区划代码")
        row = client("third steward").get(RESOURCES).json()["items"][0]
        published_at = row.pop("published_at")
        assert published_at is not None
        assert row == {
            "id": str(resource.pk),
            "code": "307024/1",
            "department": {
                "id": str(cast.civil.pk),
                "name": "示例省民政厅",
                "credit_code": cast.civil.credit_code,
            },
            "category": {
                "id": str(resource.category_id),
                "code": "307024",
                "name": "类307024",
            },
            "number": 1,
            "state": "published",
            "name": "行政区划代码",
            "share_type": "unconditional",
            "update_cycle": "yearly",
            "format_class": "database",
            "is_open": False,
            "is_attached": False,
        }

    def test_filters_narrow_the_list(self, cast, client):
        cast.resource("published", name="甲")
        cast.resource("published", name="乙", category=CategoryFactory(code="201"))
        third = cast.resource("draft", name="丙", resource__department=cast.third)
        seen = client("third steward")
        for sent, expected in [
            ({"department": str(cast.civil.pk)}, ["乙", "甲"]),
            ({"department": str(cast.third.pk)}, ["丙"]),
            ({"category": str(third.category_id)}, ["丙", "甲"]),
            ({"category_code": "3"}, ["丙", "甲"]),
            ({"category_code": "20"}, ["乙"]),
            ({"code": "201/1"}, ["乙"]),
            ({"share_type": ShareType.UNCONDITIONAL.value}, ["乙", "甲"]),
            ({"share_type": ShareType.NOT_SHARED.value}, []),
            ({"state": "draft"}, ["丙"]),
            ({"state": "published", "category_code": "3"}, ["甲"]),
        ]:
            assert self.names(seen.get(RESOURCES, sent)) == expected, sent

    def test_asking_for_drafts_does_not_tell_of_other_departments_revisions(self, cast, client):
        resource = cast.resource("published", name="甲")
        revise_resource(resource, actor=cast.actor("steward"), change_message="修订")
        assert self.names(client("third steward").get(RESOURCES, {"state": "draft"})) == []
        assert self.names(client("steward").get(RESOURCES, {"state": "draft"})) == ["甲"]

    def test_a_withdrawn_resource_is_listed_as_such(self, cast, client):
        resource = cast.resource("published", name="甲")
        withdraw_resource(resource, actor=cast.actor("head"), reason="职责划转")
        row = client("third steward").get(RESOURCES, {"state": "withdrawn"}).json()["items"][0]
        assert (row["name"], row["state"]) == ("甲", "withdrawn")
        assert client("third steward").get(address(resource)).json()["published"] is None

    @pytest.mark.parametrize(
        ("sent", "status"),
        [
            ({"state": "asleep"}, 422),
            ({"share_type": "semi"}, 422),
            ({"department": "no id"}, 422),
            ({"colour": "red"}, 400),
        ],
    )
    def test_a_filter_that_makes_no_sense_is_refused(self, client, sent, status):
        refused = client("steward").get(RESOURCES, sent)
        assert (refused.status_code, refused["Content-Type"]) == (
            status,
            "application/problem+json",
        )

    def test_a_list_costs_the_same_number_of_queries_however_long(self, cast, client):
        def queries(who):
            with CaptureQueriesContext(connection) as asked:
                count = len(client(who).get(RESOURCES).json()["items"])
            return count, len(asked)

        before = {}
        for number in range(12):
            state = ("published", "approved", "draft")[number % 3]
            made = cast.resource(state, name=f"资源{number}")
            Placement.objects.create(resource=made, category=CategoryFactory(code="201"))
            if number == 2:
                before = {who: queries(who) for who in ("steward", "authority", "third steward")}
        assert {who: count for who, (count, _) in before.items()} == {
            "steward": 3,
            "authority": 2,
            "third steward": 1,
        }
        for who, (_, asked) in before.items():
            count, again = queries(who)
            assert (count > before[who][0], again) == (True, asked), who
            assert asked <= 10

    def test_one_resource_costs_the_same_number_of_queries_however_many_items_it_has(
        self, cast, client
    ):
        lists = [code_list(f"L{number}", {"1": "甲"}) for number in range(8)]

        def queries(count):
            items = [
                {"column": f"c{n}", "name": f"项{n}", "length": 2, "code_list": lists[n]}
                for n in range(count)
            ]
            resource = cast.resource("published", name=f"{count}项", items=items)
            with CaptureQueriesContext(connection) as asked:
                shown = client("third steward").get(address(resource)).json()
            assert len(shown["published"]["items"]) == count
            return len(asked)

        assert queries(2) == queries(8)


class TestVersions:
    def test_the_versions_come_newest_first_as_far_as_the_caller_may_see(self, cast, client):
        resource = cast.resource("published")
        for state in ("published", "draft"):
            revise_resource(resource, actor=cast.actor("steward"), change_message="修订")
            cast.bring(resource, state)

        def versions(who):
            rows = client(who).get(address(resource, "versions")).json()["items"]
            return [(row["number"], row["state"]) for row in rows]

        assert versions("steward") == [(3, "draft"), (2, "published"), (1, "superseded")]
        assert versions("third steward") == [(2, "published"), (1, "superseded")]

    def test_one_version_is_read_with_its_items(self, cast, client, assert_problem):
        resource, other = cast.resource("published"), cast.resource("published")
        version = str(resource.published_id)
        shown = client("third steward").get(address(resource, "versions", version)).json()
        assert (shown["id"], len(shown["items"])) == (version, 5)
        assert_problem(
            client("third steward").get(address(other, "versions", version)), 404, "not-found"
        )
