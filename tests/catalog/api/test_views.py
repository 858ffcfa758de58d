"""The catalogue over HTTP, as stewards, heads and the authority use it."""

import pytest

from accounts.models import AuditEvent
from catalog.api.examples import ITEMS, RESOURCE
from catalog.models import Category, Entry, Resource
from tests.factories.accounts import SystemFactory
from tests.factories.catalog import CategoryFactory

CATEGORIES, RESOURCES = "/api/v1/categories", "/api/v1/resources"


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
            "code_list": None,
            "element": None,
            "source_department": None,
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

    @pytest.mark.parametrize(("state", "verb"), [("approved", "review"), ("reviewed", "publish")])
    def test_the_auditor_sees_but_takes_no_step(self, cast, client, assert_problem, state, verb):
        resource = cast.resource(state)
        assert client("auditor").get(address(resource)).status_code == 200
        assert_problem(post(client("auditor"), address(resource, verb)), 403, "forbidden")
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
