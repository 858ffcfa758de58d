"""What happens to resources over HTTP: places, sources, comments, changes of law, diffs, bulk."""

import pytest

from catalog.models import Adjustment, Comment, Entry, Placement
from tests.factories.catalog import CategoryFactory, ElementFactory, code_list

RESOURCES = "/api/v1/resources"


def address(resource, *more):
    return "/".join([RESOURCES, str(getattr(resource, "pk", resource)), *map(str, more)])


def post(client, path, data=None, **headers):
    return client.post(path, data if data is not None else {}, format="json", headers=headers)


class TestPlaces:
    def test_a_resource_is_found_under_each_of_its_classes(self, cast, client):
        health = CategoryFactory(code="201", name="全民健康保障")
        resource = cast.resource("published", name="甲")
        cast.resource("published", name="乙")
        placed = post(client("authority"), address(resource, "place"), {"category": str(health.pk)})
        assert placed.status_code == 201, placed.content
        assert placed.json()["placements"] == [
            {
                "category": {"id": str(health.pk), "code": "201", "name": "全民健康保障"},
                "code": "201/1",
            }
        ]
        reader = client("third steward")
        for sent in (
            {"category": str(health.pk)},
            {"category_code": "20"},
            {"code": "201/1"},
            {"code": "307024/1"},
        ):
            rows = reader.get(RESOURCES, sent).json()["items"]
            assert [row["name"] for row in rows] == ["甲"], sent

    def test_a_place_without_a_code_is_given_up(self, cast, client, assert_problem):
        health = CategoryFactory(code="201")
        resource = cast.resource()
        body = {"category": str(health.pk)}
        post(client("steward"), address(resource, "place"), body)
        left = post(client("steward"), address(resource, "unplace"), body)
        assert (left.status_code, left.json()["placements"]) == (200, [])
        again = post(client("steward"), address(resource, "unplace"), body)
        assert_problem(again, 404, "not-found")

    def test_another_department_places_nothing(self, cast, client, assert_problem):
        resource = cast.resource("published")
        body = {"category": str(CategoryFactory(code="201").pk)}
        refused = post(client("third steward"), address(resource, "place"), body)
        assert_problem(refused, 403, "forbidden")
        assert not Placement.objects.exists()


class TestSources:
    def test_everybody_sees_the_one_source_of_an_item(self, cast, client):
        resource = cast.resource("published")
        body = {
            "column": "name",
            "source_department": str(cast.third.pk),
            "reason": "以户籍登记为准",
        }
        named = post(client("authority"), address(resource, "name-source"), body)
        assert named.status_code == 200, named.content
        items = client("third steward").get(address(resource)).json()["published"]["items"]
        assert [item["source_department"] for item in items[:2]] == [
            None,
            {"id": str(cast.third.pk), "name": "示例省教育厅"},
        ]

    def test_the_provider_does_not_name_itself(self, cast, client, assert_problem):
        body = {"column": "name", "source_department": str(cast.civil.pk), "reason": "自认"}
        resource = cast.resource("published")
        refused = post(client("steward"), address(resource, "name-source"), body)
        assert_problem(refused, 403, "forbidden")

    def test_an_items_source_is_no_field_of_its_writer(self, cast, client):
        resource = cast.resource()
        item = {
            "column": "a",
            "name": "甲",
            "data_type": "C",
            "length": 2,
            "source_department": str(cast.civil.pk),
        }
        refused = client("steward").patch(
            address(resource), {"items": [item]}, format="json", headers={"If-Match": '"1"'}
        )
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "#/items/0/source_department"


class TestItemsThatNameRows:
    def patch(self, client, resource, *items):
        return client("steward").patch(
            address(resource),
            {"items": list(items)},
            format="json",
            headers={"If-Match": f'"{resource.version}"'},
        )

    def item(self, column, **values):
        return {"column": column, "name": column, "data_type": "C", "length": 2, **values}

    def test_items_name_code_lists_and_elements(self, cast, client):
        ethnic = code_list("GB/T 3304", {"01": "汉族"}, "民族")
        element = ElementFactory(name="民族", length=2, code_list=ethnic)
        resource = cast.resource()
        named = {"code_list": str(ethnic.pk), "element": str(element.pk)}
        changed = self.patch(client, resource, self.item("mz", **named), self.item("b"))
        assert changed.status_code == 200, changed.content
        items = changed.json()["in_progress"]["items"]
        assert items[0]["code_list"] == {
            "id": str(ethnic.pk),
            "identifier": "GB/T 3304",
            "name": "民族",
        }
        assert items[0]["element"]["identifier"] == element.identifier
        assert (items[1]["code_list"], items[1]["element"]) == (None, None)

    def test_each_row_that_there_is_not_is_named(self, cast, client):
        resource = cast.resource()
        nobody = "01936f60-0000-7000-8000-000000000307"
        refused = self.patch(
            client,
            resource,
            self.item("a", code_list=nobody),
            self.item("b"),
            self.item("c", code_list=nobody),
        )
        assert refused.status_code == 422
        assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
            ("#/items/0/code_list", "not-found"),
            ("#/items/2/code_list", "not-found"),
        ]
        assert Entry.objects.get().items.count() == 5


class TestStale:
    def test_a_stale_edit_is_told_the_newer_version_and_whose_it_is(
        self, cast, client, assert_problem
    ):
        resource = cast.resource("published")
        post(client("steward"), address(resource, "revise"), {"change_message": "修订"})
        read = client("steward").get(address(resource))
        sent = {"data": {"abstract": "甲"}, "format": "json", "headers": {"If-Match": read["ETag"]}}
        first = client("steward").patch(address(resource), **sent)
        assert first.status_code == 200
        problem = assert_problem(client("steward").patch(address(resource), **sent), 412, "stale")
        assert problem["changed_by"] == cast.actor("steward").name
        assert (f'"{problem["found"]}"', problem["number"]) == (first["ETag"], 2)
        assert problem["changed_at"][:2] == "20"

    def test_what_was_not_changed_is_not_sent_again(self, cast, client):
        resource = cast.resource("published")
        read = client("steward").get(address(resource))
        again = client("steward").get(address(resource), headers={"If-None-Match": read["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


class TestCheck:
    def test_a_draft_shows_its_gaps_before_it_is_submitted(self, cast, client, assert_problem):
        resource = cast.resource(abstract="", related_codes=["307024/99"])
        faults = client("steward").get(address(resource, "check")).json()["faults"]
        assert [(fault["pointer"], fault["code"]) for fault in faults] == [
            ("#/abstract", "required"),
            ("#/related_codes/0", "not-found"),
        ]
        refused = assert_problem(
            post(client("steward"), address(resource, "submit")), 422, "entry-incomplete"
        )
        assert refused["errors"] == faults

    def test_others_drafts_are_not_checked(self, cast, client, assert_problem):
        resource = cast.resource("published")
        post(client("steward"), address(resource, "revise"), {"change_message": "修订"})
        refused = client("third steward").get(address(resource, "check"))
        assert_problem(refused, 409, "nothing-in-work")


class TestDiff:
    def test_two_versions_are_compared_field_by_field(self, cast, client):
        resource = cast.resource("published", name="行政区划代码")
        post(client("steward"), address(resource, "revise"), {"change_message": "增加级别"})
        resource.refresh_from_db()
        items = [
            {"column": "name", "name": "名称", "data_type": "C", "length": 60, "is_required": True},
            {"column": "code", "name": "行政区划代码", "data_type": "C", "length": 12},
        ]
        client("steward").patch(
            address(resource),
            {"update_cycle": "monthly", "items": items},
            format="json",
            headers={"If-Match": f'"{resource.version}"'},
        )
        told = client("steward").get(address(resource, "versions", 1, "diff", 2)).json()
        assert (told["before"]["number"], told["before"]["state"]) == (1, "published")
        assert (told["after"]["number"], told["after"]["change_message"]) == (2, "增加级别")
        assert told["metadata"] == [
            {"field": "update_cycle", "before": "yearly", "after": "monthly"}
        ]
        assert told["items"]["added"] == []
        assert [item["column"] for item in told["items"]["removed"]] == [
            "level",
            "parent_code",
            "revised_on",
        ]
        changed = {item["column"]: item["changes"] for item in told["items"]["changed"]}
        assert changed["name"] == [{"field": "name", "before": "行政区划名称", "after": "名称"}]
        assert {"field": "length", "before": 6, "after": 12} in changed["code"]
        assert told["items"]["moved"] == ["name", "code"]

    def test_a_version_is_named_by_number_or_id_and_only_if_it_is_seen(
        self, cast, client, assert_problem
    ):
        resource = cast.resource("published")
        post(client("steward"), address(resource, "revise"), {"change_message": "修订"})
        entry = resource.published_id
        shown = client("steward").get(address(resource, "versions", 1)).json()
        assert shown["id"] == str(entry)
        same = client("steward").get(address(resource, "versions", entry, "diff", 1)).json()
        assert same["metadata"] == []
        hidden = client("third steward").get(address(resource, "versions", 1, "diff", 2))
        assert_problem(hidden, 404, "not-found")
        assert_problem(client("steward").get(address(resource, "versions", 9)), 404, "not-found")


class TestComments:
    def test_a_comment_is_made_read_and_settled(self, cast, client):
        resource = cast.resource("approved")
        body = {"pointer": "/items/0/length", "text": "代码为12位，请核对。"}
        made = post(client("desk"), address(resource, "comments"), body)
        assert made.status_code == 201, made.content
        assert (made.json()["number"], made.json()["resolved_at"]) == (1, None)
        rows = client("steward").get(address(resource, "comments"), {"resolved": "false"})
        assert [row["text"] for row in rows.json()["items"]] == ["代码为12位，请核对。"]
        settled = post(
            client("steward"), address(resource, "comments", made.json()["id"], "resolve")
        )
        assert settled.json()["resolved_by"] == str(cast.actor("steward").id)
        left = client("steward").get(address(resource, "comments"), {"resolved": "false"})
        assert left.json()["items"] == []

    def test_strangers_read_none(self, cast, client):
        resource = cast.resource("published")
        post(client("steward"), address(resource, "revise"), {"change_message": "修订"})
        post(client("head"), address(resource, "comments"), {"pointer": "/name", "text": "改名"})
        assert Comment.objects.count() == 1
        seen = client("third steward").get(address(resource, "comments"))
        assert seen.json()["items"] == []


class TestAdjustments:
    def test_a_change_of_duties_is_registered_with_its_clock(self, cast, client, official_calendar):
        resource = cast.resource("published")
        body = {
            "resource": str(resource.pk),
            "cause": "duties",
            "document": "示例机编〔2025〕18号",
            "happened_on": "2025-09-25",
        }
        made = post(client("authority"), "/api/v1/adjustments", body)
        assert made.status_code == 201, made.content
        row = made.json()
        assert (row["due_on"], row["is_provisional"], row["met_at"], row["entry"]) == (
            "2025-10-15",
            False,
            None,
            None,
        )
        reader = client("steward")
        for sent, expected in [
            ({}, 1),
            ({"followed": "false"}, 1),
            ({"followed": "true"}, 0),
            ({"resource": str(resource.pk)}, 1),
            ({"cause": "law"}, 0),
        ]:
            rows = reader.get("/api/v1/adjustments", sent).json()["items"]
            assert len(rows) == expected, sent
        assert client("third steward").get("/api/v1/adjustments").json()["items"] == []

    def test_nobody_registers_one_for_a_resource_of_others(self, cast, client, assert_problem):
        body = {
            "resource": str(cast.resource("published").pk),
            "cause": "law",
            "document": "某法",
            "happened_on": "2025-09-25",
        }
        refused = post(client("third head"), "/api/v1/adjustments", body)
        assert_problem(refused, 403, "forbidden")
        assert not Adjustment.objects.exists()


class TestBulk:
    def ids(self, *resources):
        return {"ids": [str(row.pk) for row in resources]}

    def test_each_row_has_its_outcome_in_the_order_asked(self, cast, client):
        early, ready = cast.resource("approved", name="a"), cast.resource("reviewed", name="b")
        told = post(client("authority"), f"{RESOURCES}/bulk-publish", self.ids(early, ready))
        assert told.status_code == 200, told.content
        assert (told.json()["done"], told.json()["refused"]) == (1, 1)
        refused, done = told.json()["results"]
        assert refused == {
            "id": str(early.pk),
            "done": False,
            "problem": {
                "status": 409,
                "code": "illegal-move",
                "title": "This step is not possible from here",
                "detail": "cannot publish from approved",
                "move": "publish",
                "state": "approved",
                "possible": ["review", "return"],
            },
        }
        assert done == {
            "id": str(ready.pk),
            "done": True,
            "state": "published",
            "number": 1,
            "code": "307024/1",
        }

    def test_all_verbs_have_an_address(self, cast, client):
        resource = cast.resource()
        for who, verb, state in [
            ("steward", "submit", "submitted"),
            ("head", "approve", "approved"),
            ("desk", "review", "reviewed"),
        ]:
            told = post(client(who), f"{RESOURCES}/bulk-{verb}", self.ids(resource)).json()
            assert told["results"][0]["state"] == state
        back = self.ids(resource) | {"reason": "格式不符"}
        told = post(client("authority"), f"{RESOURCES}/bulk-return", back).json()
        assert told["results"][0]["state"] == "returned"

    @pytest.mark.parametrize("ids", [[], ["x"], ["01936f60-0000-7000-8000-000000000307"] * 2])
    def test_ids_that_make_no_list_are_refused(self, client, ids):
        refused = post(client("steward"), f"{RESOURCES}/bulk-submit", {"ids": ids})
        assert refused.status_code == 422

    def test_more_than_200_rows_are_too_many(self, client):
        ids = [f"01936f60-0000-7000-8000-{n:012d}" for n in range(201)]
        assert post(client("steward"), f"{RESOURCES}/bulk-submit", {"ids": ids}).status_code == 422

    def test_who_may_not_is_refused_as_a_whole(self, cast, client, assert_problem):
        refused = post(
            client("steward"), f"{RESOURCES}/bulk-publish", self.ids(cast.resource("reviewed"))
        )
        assert_problem(refused, 403, "forbidden")


class TestSparseFields:
    def test_a_list_shows_what_is_asked_for_and_the_id(self, cast, client):
        resource = cast.resource("published", name="甲")
        rows = client("steward").get(RESOURCES, {"fields": "name,code"}).json()["items"]
        assert rows == [{"id": str(resource.pk), "code": "307024/1", "name": "甲"}]

    def test_a_row_too(self, cast, client):
        resource = cast.resource("published")
        shown = client("steward").get(address(resource), {"fields": "code"}).json()
        assert shown == {"id": str(resource.pk), "code": "307024/1"}

    def test_a_member_that_there_is_not_is_named(self, client):
        refused = client("steward").get(RESOURCES, {"fields": "name,colour"})
        assert refused.status_code == 422
        assert "colour" in refused.json()["errors"][0]["detail"]


class TestFilters:
    def test_facts_of_the_version_in_force_narrow_the_list(self, cast, client):
        cast.resource("published", name="甲", open_to_public=True)
        attached = cast.resource("published", name="乙", update_cycle="daily")
        attached.change(is_attached=True)
        reader = client("third steward")
        for sent, expected in [
            ({"is_open": "true"}, ["甲"]),
            ({"is_open": "false"}, ["乙"]),
            ({"is_attached": "true"}, ["乙"]),
            ({"update_cycle": "daily"}, ["乙"]),
            ({"format_class": "image"}, []),
            ({"data_grade": "general"}, ["乙", "甲"]),
        ]:
            rows = reader.get(RESOURCES, sent).json()["items"]
            assert [row["name"] for row in rows] == expected, sent

    @pytest.mark.parametrize(
        "sent", [{"is_open": "yes"}, {"update_cycle": "often"}, {"category": "x"}]
    )
    def test_a_value_that_makes_no_sense_is_refused(self, client, sent):
        assert client("steward").get(RESOURCES, sent).status_code == 422
