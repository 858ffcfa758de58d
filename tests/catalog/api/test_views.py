"""The catalogue over HTTP, as stewards, heads and the authority use it."""

import pytest

from accounts.models import AuditEvent
from catalog.actions.resources import revise_resource, withdraw_resource
from catalog.api.examples import ITEMS, RESOURCE
from catalog.models import Category, Entry, Resource
from catalog.vocabulary import ShareType
from tests.factories.accounts import SystemFactory
from tests.factories.catalog import CategoryFactory

CATEGORIES, RESOURCES = "/api/v1/categories", "/api/v1/resources"


@pytest.fixture
def client(cast, api):
    """``client("steward")``: this person's API client."""
    return lambda name: api(cast.members[name])


def body(**changes):
    return RESOURCE | {"category": str(CategoryFactory(code="307024").pk)} | changes


def post(client, path, data=None, **headers):
    return client.post(path, data if data is not None else {}, format="json", headers=headers)


def patch(client, path, data, etag):
    headers = {"If-Match": etag} if etag else {}
    return client.patch(path, data, format="json", headers=headers)


def address(resource, *more):
    return "/".join([RESOURCES, str(getattr(resource, "pk", resource)), *more])


class TestCategories:
    def test_the_authority_builds_the_tree_and_everybody_reads_it(self, client):
        top = post(client("authority"), CATEGORIES, {"code": "3", "name": "部门目录"}).json()
        added = post(
            client("authority"), CATEGORIES, {"code": "307", "name": "省级", "parent": top["id"]}
        )
        assert added.status_code == 201
        assert added.json() == {
            "id": added.json()["id"],
            "code": "307",
            "name": "省级",
            "parent": top["id"],
        }
        steward = client("third steward")
        assert steward.get(CATEGORIES, {"parent": top["id"]}).json()["items"] == [added.json()]
        assert steward.get(CATEGORIES, {"code": "3"}).json()["items"] == [top]
        assert steward.get(f"{CATEGORIES}/{top['id']}").json() == top

    @pytest.mark.parametrize(
        ("sent", "pointer", "code"),
        [
            ({"code": "9", "name": "甲"}, "#/code", "category-code"),
            ({"code": "3"}, "#/name", "required"),
            ({"code": "3", "name": "甲", "parent": "no id"}, "#/parent", "invalid"),
            (
                {"code": "307", "name": "甲", "parent": "01936f60-0000-7000-8000-000000000307"},
                "#/parent",
                "not-found",
            ),
            ({"code": "3", "name": "甲", "next_number": 9}, "#/next_number", "unknown-field"),
        ],
    )
    def test_a_wrong_class_is_refused_at_its_place(
        self, client, assert_problem, sent, pointer, code
    ):
        refused = post(client("authority"), CATEGORIES, sent)
        assert refused.status_code == 422
        assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [(pointer, code)]
        assert not Category.objects.exists()

    def test_a_department_adds_none(self, client, assert_problem):
        refused = post(client("steward"), CATEGORIES, {"code": "3", "name": "部门目录"})
        assert_problem(refused, 403, "forbidden")
        assert not Category.objects.exists()


class TestFromDraftToForce:
    def test_a_resource_goes_from_hand_to_hand_into_force(self, cast, client):
        drafted = post(client("steward"), RESOURCES, body())
        assert drafted.status_code == 201, drafted.content
        resource = drafted.json()["id"]
        assert (drafted.json()["code"], drafted.json()["published"]) == (None, None)
        assert drafted.json()["in_progress"]["state"] == "draft"
        for who, verb, state in [
            ("steward", "submit", "submitted"),
            ("head", "approve", "approved"),
            ("desk", "review", "reviewed"),
        ]:
            answer = post(client(who), address(resource, verb))
            assert (answer.status_code, answer.json()["in_progress"]["state"]) == (200, state)
        published = post(client("authority"), address(resource, "publish")).json()
        assert (published["code"], published["in_progress"]) == ("307024/1", None)
        assert published["department"] == {
            "id": str(cast.civil.pk),
            "name": "示例省民政厅",
            "credit_code": cast.civil.credit_code,
        }
        assert client("third steward").get(address(resource)).json() == published
        entry = published["published"]
        assert (entry["number"], entry["name"]) == (1, "行政区划代码")
        assert entry["items"][0] == {
            "position": 1,
            "column": "code",
            "name": "行政区划代码",
            "data_type": "C",
            "length": 6,
            "scale": None,
            "meaning": "GB/T 2260",
            "is_key": True,
            "is_required": True,
            "pattern": r"\d{6}",
            "codes": [],
            "check_digit": "",
            "sensitivity": "none",
            "share_type": "",
        }
        assert [item["column"] for item in entry["items"]] == [item["column"] for item in ITEMS]
        assert [verb for verb in AuditEvent.objects.order_by("id").values_list("verb", flat=True)
                if verb.startswith("resource.")] == [
            "resource.drafted",
            "resource.submitted",
            "resource.approved",
            "resource.reviewed",
            "resource.published",
        ]  # fmt: skip

    def test_a_gap_is_named_and_mended(self, client, assert_problem):
        steward = client("steward")
        drafted = post(steward, RESOURCES, body(abstract="", items=[ITEMS[0] | {"length": None}]))
        resource = drafted.json()["id"]
        refused = assert_problem(
            post(steward, address(resource, "submit")), 422, "entry-incomplete"
        )
        assert refused["errors"] == [
            {
                "pointer": "#/abstract",
                "code": "required",
                "detail": "say what the resource is about (the guide's 信息资源摘要)",
            },
            {
                "pointer": "#/items/0/length",
                "code": "required",
                "detail": "give the length: characters of a text, digits of a number",
            },
        ]
        mended = patch(
            steward,
            address(resource),
            {"abstract": "全省县级以上行政区划代码", "items": ITEMS},
            drafted["ETag"],
        )
        assert (mended.status_code, mended["ETag"]) == (200, '"2"')
        assert post(steward, address(resource, "submit")).status_code == 200

    def test_the_authority_sends_it_back_out_of_its_own_sight(self, cast, client, assert_problem):
        resource = cast.resource("approved")
        returned = post(client("authority"), address(resource, "return"), {"reason": "摘要不清"})
        assert returned.status_code == 200
        entry = returned.json()["in_progress"]
        assert (entry["state"], entry["return_reason"]) == ("returned", "摘要不清")
        assert_problem(client("authority").get(address(resource)), 404, "not-found")
        seen = client("steward").get(address(resource)).json()["in_progress"]
        assert (seen["state"], seen["return_reason"]) == ("returned", "摘要不清")

    def test_a_revision_shows_to_its_department_beside_the_version_in_force(self, cast, client):
        resource = cast.resource("published")
        revised = post(
            client("steward"), address(resource, "revise"), {"change_message": "增加字段"}
        ).json()
        assert revised["published"]["number"] == 1
        assert (revised["in_progress"]["number"], revised["in_progress"]["change_message"]) == (
            2,
            "增加字段",
        )
        others = client("third steward").get(address(resource)).json()
        assert (others["published"]["number"], others["in_progress"]) == (1, None)

    def test_a_repeated_publication_with_its_key_answers_the_same_and_does_nothing(
        self, cast, client
    ):
        resource = cast.resource("reviewed")
        first, again = (
            post(
                client("authority"),
                address(resource, "publish"),
                **{"Idempotency-Key": "publish-1"},
            )
            for _ in range(2)
        )
        assert (first.status_code, again.status_code) == (200, 200)
        assert again.json() == first.json()
        assert again["Idempotent-Replayed"] == "true"
        assert Category.objects.get().next_number == 2


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "pointer", "code"),
        [
            ({"name": ""}, "#/name", "blank"),
            ({"name": "长" * 121}, "#/name", "max-length"),
            ({"state": "published"}, "#/state", "unknown-field"),
            ({"share_type": "semi"}, "#/share_type", "invalid-choice"),
            ({"share_modes": ["pigeon"]}, "#/share_modes/0", "invalid-choice"),
            ({"category": "01936f60-0000-7000-8000-000000000307"}, "#/category", "not-found"),
            ({"items": [ITEMS[0] | {"column": "Code"}]}, "#/items/0/column", "invalid"),
            ({"items": [ITEMS[0], ITEMS[1] | {"typ": "C"}]}, "#/items/1/typ", "unknown-field"),
            ({"items": [ITEMS[0], ITEMS[0]]}, "#/items/1/column", "column-twice"),
            ({"items": [ITEMS[0] | {"length": -1}]}, "#/items/0/length", "min-value"),
            ({"items": [ITEMS[0] | {"length": 2**40}]}, "#/items/0/length", "max-value"),
        ],
    )
    def test_a_wrong_body_is_refused_at_its_place(self, client, changes, pointer, code):
        refused = post(client("steward"), RESOURCES, body(**changes))
        assert refused.status_code == 422, refused.content
        assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [(pointer, code)]
        assert not Resource.objects.exists()

    def test_a_system_of_another_department_does_not_exist_for_the_steward(self, cast, client):
        foreign = SystemFactory(department=cast.third)
        refused = post(client("steward"), RESOURCES, body(source_system=str(foreign.pk)))
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["code"] == "not-found"
        assert not Resource.objects.exists()

    @pytest.mark.parametrize("verb", ["submit", "approve", "review", "publish"])
    @pytest.mark.parametrize("who", ["third steward", "third head", "operator"])
    def test_a_draft_is_nowhere_for_other_departments(
        self, cast, client, assert_problem, verb, who
    ):
        resource = cast.resource()
        assert_problem(client(who).get(address(resource)), 404, "not-found")
        assert_problem(client(who).get(address(resource, "versions")), 404, "not-found")
        assert_problem(post(client(who), address(resource, verb)), 404, "not-found")
        assert_problem(patch(client(who), address(resource), {}, '"1"'), 404, "not-found")
        assert Entry.objects.get().state == "draft"

    @pytest.mark.parametrize(
        ("state", "verb"),
        [("draft", "submit"), ("submitted", "approve"), ("reviewed", "publish")],
    )
    def test_the_auditor_sees_but_takes_no_step(self, cast, client, state, verb):
        resource = cast.resource(state)
        refused = post(client("auditor"), address(resource, verb))
        assert refused.status_code in (403, 404)
        assert Entry.objects.get().state == state

    def test_a_change_must_say_which_version_it_changes(self, cast, client, assert_problem):
        resource = cast.resource()
        change = {"abstract": "另一个"}
        assert_problem(
            patch(client("steward"), address(resource), change, None), 428, "precondition-required"
        )
        assert_problem(patch(client("steward"), address(resource), change, '"7"'), 412, "stale")
        assert Entry.objects.get().abstract == RESOURCE["abstract"]

    def test_a_step_out_of_turn_names_the_state_and_the_possible_steps(
        self, cast, client, assert_problem
    ):
        resource = cast.resource("approved")
        problem = assert_problem(
            post(client("authority"), address(resource, "publish")), 409, "illegal-move"
        )
        assert (problem["state"], problem["possible"]) == ("approved", ["review", "return"])
        assert Entry.objects.get().state == "approved"

    def test_a_machine_reads_what_is_in_force_and_drafts_nothing(self, cast, api, assert_problem):
        machine = api(SystemFactory(department=cast.civil))
        hidden, shown = cast.resource("reviewed"), cast.resource("published")
        assert machine.get(address(shown)).status_code == 200
        assert_problem(machine.get(address(hidden)), 404, "not-found")
        assert_problem(post(machine, RESOURCES, body()), 403, "forbidden")

    def test_nobody_gets_in_without_a_token(self, api, assert_problem):
        for path in (CATEGORIES, RESOURCES):
            assert_problem(api().get(path), 401, "unauthenticated")


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

    def test_a_list_costs_the_same_number_of_queries_however_long(
        self, cast, client, django_assert_max_num_queries
    ):
        for number in range(6):
            cast.resource("published", name=f"资源{number}")
        reader = client("third steward")
        reader.get(RESOURCES)
        with django_assert_max_num_queries(8):
            assert len(reader.get(RESOURCES).json()["items"]) == 6


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
