"""One of everything, and everybody: what the authorisation matrix is played on."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.utils import timezone
from rest_framework.test import APIClient

from accounts.actions.attachments import attach_document
from accounts.actions.notices import notify_department
from accounts.actions.registers import keep_first
from accounts.actions.relations import relate_systems
from accounts.actions.savedlists import save_list
from accounts.actor import CLOCK
from accounts.models import AuditEvent, Obligation
from accounts.permissions import Role
from accounts.register.columns import FORM
from accounts.register.versions import values_of
from catalog.api.examples import METADATA
from exchange.actions.disputes import open_dispute
from exchange.actions.objections import attach_evidence, submit_objection
from exchange.actions.reads import read_changes
from exchange.actions.requests import agree_request
from exchange.actions.services import announce_change
from exchange.actions.uploads import open_upload
from exchange.actions.userecords import record_use
from exchange.models import Delivery, UseEntry
from tests.architecture.catalogue import FILE, Catalogue
from tests.architecture.moving import Moving
from tests.architecture.safety import URLENCODED, Safety
from tests.factories.accounts import (
    DepartmentFactory,
    MemberFactory,
    SystemFactory,
    credit_code,
)
from tests.factories.cases import CaseFactory, MergeFactory, VerdictFactory
from tests.factories.catalog import CategoryFactory, entry_with_items
from tests.factories.exchange import GRANTED, PURPOSE, make_world, ndjson, row
from tests.people import actor_for, client_for, member_with

# Where the caller belongs: to the department that owns the thing (and provides the data), to the
# one that was granted the data, or to neither.
PLACES = ("owner", "grantee", "stranger")
PEOPLE = tuple(role.value for role in Role if role is not Role.SYSTEM)
NDJSON = "application/x-ndjson"
PDF = b"%PDF-1.7\n"
UPLOAD = {"kind": "changes", "content_type": NDJSON, "size": 2}
USE = {"scenario": "核对", "process": "查询", "effect": "减少材料", "storage": "不留存"}
MOVES = ("construct", "try-", "commission", "suspend", "resume", "keep", "retire")


class Scene:
    """The rows, and a client of every role in every place."""

    def __init__(self) -> None:
        self.world = world = make_world(is_queryable=True)
        self.departments = {
            "owner": world.provider,
            "grantee": world.requester,
            "stranger": DepartmentFactory(),
        }
        world.publish([row("110101")])
        self.grant = world.grant()
        self.lane = world.subscribe(grant=self.grant)
        read_changes(self.lane, actor=world.actor("reader"), cursor=None, limit=1)
        self.request = agree_request(world.submit(), actor=world.actor("asker_head"))
        self.draft = entry_with_items(resource__department=world.provider, state="approved")
        self.category = CategoryFactory(code="307")
        self.member = MemberFactory(department=world.provider, roles=["steward"])
        self.system, self.other = world.publisher, SystemFactory(department=world.provider)
        self.upload, _ = open_upload(world.dataset, actor=world.actor("publisher"), **UPLOAD)
        self._govern()
        self._oversee()
        self.people = {
            (role, place): member_with((role,), department)
            for role in PEOPLE
            for place, department in self.departments.items()
        }
        self.catalogue = Catalogue(world, self.draft, self.people["steward", "owner"])
        self.saved_list = save_list(
            actor=self.catalogue.steward, address="/systems", title="在用", state="state=trial"
        )
        self.ids = self._ids()
        self.clients = self._clients()
        self.trail = AuditEvent.objects.count()

    def _govern(self) -> None:
        """What the register and the process against zombies hold of the owner's system; the
        grantee's own system is proposed to be merged into it."""
        admin = actor_for(member_with(("department_admin",), self.world.provider))
        keep_first(self.system, values_of(self.system))
        self.relation = relate_systems(
            self.system, actor=admin, kind="supplies", other_id=self.other.pk
        )
        self.attachment = attach_document(
            self.system, actor=admin, title="立项文件", file_name="立项.pdf", content=PDF
        )
        self.verdict = VerdictFactory(system=self.system)
        self.case = CaseFactory(system=self.system)
        self.merge = MergeFactory(target=self.system, systems=[self.world.reader])

    def _oversee(self) -> None:
        """What the grantee says to the owner and the owner to the grantee."""
        world, today = self.world, timezone.localdate()
        asker, head = world.actor("asker"), world.actor("asker_head")
        self.dispute = open_dispute(self.grant, actor=head, claim="超范围限制")
        self.objection = submit_objection(
            world.resource, actor=asker, kind="content", description="名称有误"
        )
        attach_evidence(self.objection, actor=asker, file_name="批复.pdf", content=PDF)
        self.change = announce_change(
            world.dataset,
            actor=world.actor("head"),
            kind="stop",
            reason="停用",
            effective_on=today,
        )
        self.use_record = record_use(self.grant, actor=asker, starts_on=today, ends_on=today, **USE)
        self.notice = notify_department(
            world.dataset,
            actor=CLOCK,
            department_id=world.provider.pk,
            roles=(Role.STEWARD,),
            verb="batch.published",
            reason="理由",
        )
        self.moving, self.safety = Moving(world), Safety(world)

    def _ids(self) -> dict[str, str]:
        """What stands in each route's place for an id, by the route's first word."""
        published = self.world.resource.published
        assert published is not None
        found: dict[str, Any] = {
            "departments": self.world.provider.pk,
            "members": self.member.pk,
            "systems": self.system.pk,
            "audit-events": AuditEvent.objects.latest("id").pk,
            "obligations": Obligation.objects.get(subject_id=self.request.pk).pk,
            "clocks": "C4",
            "calendar": "2026",
            "categories": self.category.pk,
            "resources": self.draft.resource_id,
            "versions": published.pk,
            "datasets": self.world.dataset.pk,
            "batches": 1,
            "uploads": self.upload.pk,
            "requests": self.request.pk,
            "applications": self.request.application,
            "grants": self.grant.pk,
            "subscriptions": self.lane.pk,
            "deliveries": Delivery.objects.create(subscription=self.lane, number=1).pk,
            "uses": UseEntry.objects.get().pk,
            "notices": self.notice.pk,
            "disputes": self.dispute.pk,
            "objections": self.objection.pk,
            "service-changes": self.change.pk,
            "use-records": self.use_record.pk,
            **self.moving.ids(),
            "relations": self.relation.pk,
            "attachments": self.attachment.pk,
            "system-versions": 1,
            "verdicts": self.verdict.pk,
            "rules": self.verdict.rules_id,
            "cases": self.case.pk,
            "merges": self.merge.pk,
            "system-numbers": self.world.provider.pk,
            "saved-lists": self.saved_list.pk,
            **self.catalogue.ids(),
            **self.safety.ids(),
        }
        return {word: str(value) for word, value in found.items()}

    def _clients(self) -> dict[tuple[str, str], APIClient]:
        made = {place: client_for(member) for place, member in self.people.items()}
        stranger = SystemFactory(department=self.departments["stranger"])
        systems = zip(PLACES, (self.world.publisher, self.world.reader, stranger), strict=True)
        return made | {("system", place): client_for(system) for place, system in systems}

    def address(self, route: str, *, missing: bool = False) -> str:
        """The route with the scene's ids, or with ids that nothing has."""
        parts = route.split("/")
        for place, part in enumerate(parts):
            if part.startswith("<"):
                word = self.word(parts[:place])
                parts[place] = self._missing(word) if missing else self.ids[word]
        if "versions" in parts and "resources" in parts and not missing:
            parts[parts.index("resources") + 1] = str(self.world.resource.pk)
        return "/" + "/".join(parts)

    @staticmethod
    def word(parts: list[str]) -> str:
        """The key in ``ids`` of what is found below this address."""
        below = {"systems": "system-versions", "code-lists": "code-list-versions"}
        found = [below[part] for part in parts if part in below and parts[-1] == "versions"]
        return found[0] if found else parts[-1]

    @staticmethod
    def _missing(word: str) -> str:
        words = {
            "clocks": "C99",
            "calendar": "1950",
            "audit-events": "999999999",
            "batches": "99",
            "system-versions": "99",
            "code-list-versions": "99",
            "diff": "99",
        }
        return words.get(word) or str(uuid4())

    @cached_property
    def bodies(self) -> dict[str, Any]:
        """A body that each endpoint takes, by its name; each call is undone, so they stay."""
        tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
        reason = {"reason": "理由"}
        return {
            "department-list POST": {
                "name": "示例省新局",
                "credit_code": credit_code(900_001),
                "division_code": "990000",
            },
            "department-detail PATCH": {
                "name": "示例省改名局",
                "credit_code": self.world.provider.credit_code,
                "division_code": "990000",
            },
            "member-list POST": {
                "department": self.ids["departments"],
                "username": "newcomer",
                "name": "新人",
                "password": "correct horse battery staple",
            },
            "member-grant-role POST": {"role": "head"},
            "member-revoke-role POST": {"role": "steward"},
            "system-list POST": {
                "department": self.ids["departments"],
                "name": "新系统",
                "function": "办理业务",
            },
            "system-detail PATCH": {"function": "办理别的业务", "change_message": "更正"},
            **{f"system-{move} POST": reason for move in MOVES},
            "system-merge POST": {"into": str(self.other.pk), **reason},
            "system-return- POST": reason,
            "system-relation-list POST": {"kind": "uses", "other": str(self.other.pk)},
            "saved-list-list POST": {"address": "/cases", "title": "待办", "state": ""},
            "signal POST": {
                "system": str(self.system.pk),
                "kind": "login",
                "at": timezone.localdate().isoformat(),
                "number": 5,
            },
            "rules-list POST": {"thresholds": {"small_users": 3}, "basis": "办法"},
            "case-answer POST": {"answer": "keep", **reason},
            "case-decide POST": {"decision": "retire", "due_on": tomorrow, **reason},
            "case-complete POST": {"outcome": "已停用"},
            "case-dismiss POST": reason,
            "case-reopen POST": reason,
            "merge-propose POST": {"department": self.ids["departments"]},
            "merge-accept POST": {"finish_by": tomorrow},
            "merge-reject POST": reason,
            "merge-abandon POST": reason,
            "obligation-extend POST": {"workdays": 1, "reason": "理由", "document": "1号"},
            "obligation-ask-extension POST": {"workdays": 1, "reason": "理由"},
            "obligation-decline-extension POST": reason,
            "obligation-explain POST": {"just_cause": "理由"},
            "clock-limit POST": {"workdays": 5, "basis": "本省规定"},
            "calendar-list POST": {"year": 2027, "days": [], "source": "国办发明电"},
            "category-list POST": {
                "code": "307025",
                "name": "新类",
                "parent": str(self.category.pk),
            },
            "resource-list POST": {"category": str(self.category.pk), **METADATA, "name": "新名"},
            "resource-detail PATCH": {"update_cycle": "monthly"},
            "resource-revise POST": {"change_message": "更新"},
            "resource-return- POST": reason,
            "resource-withdraw POST": reason,
            "dataset-list POST": {
                "resource": str(self.world.resource.pk),
                "system": str(self.system.pk),
            },
            "dataset-hand-over POST": {"system": str(self.other.pk)},
            "batch-recall POST": reason,
            "upload-list POST": UPLOAD,
            "dataset-lookup POST": {"where": {"code": "110101"}},
            "dataset-verify POST": {"key": {"code": "110101"}, "claims": {"name": "示例县"}},
            "dataset-who-received POST": {"key": {"code": "110101"}},
            "request-list POST": {
                "resource": str(self.world.resource.pk),
                "items": GRANTED,
                **self._statements(tomorrow),
            },
            "application-list POST": {
                "parts": [{"resource": str(self.world.resource.pk), "items": GRANTED}],
                **self._statements(tomorrow),
            },
            "request-decline POST": reason,
            "request-ask POST": {"missing": "文号"},
            "request-supplement POST": {"supplement": "第12号"},
            "request-prepare POST": {"consent": True},
            "request-return- POST": reason,
            "request-name-template POST": {"name": "样板"},
            "grant-revoke POST": reason,
            "grant-suspend POST": reason,
            "grant-resume POST": reason,
            "grant-rectify POST": {"rectification": "已整改"},
            "grant-dispose POST": {"method": "删除", "systems": ["系统"], "statement": "全部销毁"},
            "subscription-list POST": {"grant": str(self.grant.pk), "mode": "pull"},
            "subscription-pause POST": reason,
            "subscription-end POST": reason,
            "dispute-list POST": {"grant": str(self.grant.pk), "claim": "理由"},
            "dispute-respond POST": {"response": "理由"},
            "dispute-elevate POST": {"document": "1号"},
            "dispute-settle POST": {"decision": "理由"},
            "dispute-decide POST": {"outcome": "upheld", "decision": "理由", "document": "1号"},
            "objection-list POST": {
                "kind": "catalogue",
                "resource": str(self.world.resource.pk),
                "description": "有误",
            },
            "objection-correct POST": {"rows": [row("110101")]},
            "objection-resolve POST": {"outcome": "unfounded", "feedback": "无误"},
            "objection-close POST": {"rating": 5},
            "service-change-list POST": {
                "dataset": self.ids["datasets"],
                "kind": "change",
                "effective_on": tomorrow,
                **reason,
            },
            "service-change-reply POST": {"agrees": True},
            "service-change-file POST": {"number": "1号"},
            "use-record-list POST": {
                "grant": str(self.grant.pk),
                "starts_on": timezone.localdate().isoformat(),
                "ends_on": timezone.localdate().isoformat(),
                **USE,
            },
            **self.moving.bodies(),
            **self.catalogue.bodies(),
            **self.safety.bodies(),
        }

    def _statements(self, ends_on: str) -> dict[str, Any]:
        """What a request says besides what it is of."""
        return {
            "system": str(self.world.reader.pk),
            "modes": ["database"],
            "basis": "依据",
            "scenario": "场景",
            "scope": "范围",
            "purposes": [PURPOSE],
            "ends_on": ends_on,
        }

    def form(self) -> bytes:
        """A form of one new system of the owner, as CSV."""
        values = {
            "department": self.world.provider.name,
            "name": "导入系统",
            "function": "办理业务",
        }
        known = [column for column in FORM if column.name in values]
        lines = [[column.title for column in known], [values[column.name] for column in known]]
        return "".join(f"{','.join(line)}\r\n" for line in lines).encode()

    def call(
        self, client: APIClient, name: str, method: str, route: str, *, missing: bool = False
    ) -> Any:
        """One request to the endpoint."""
        address = self.address(route, missing=missing)
        if name == "batch-list POST":
            data = ndjson([row("110102")])
            return client.post(f"{address}?kind=changes", data=data, content_type=NDJSON)
        if name in ("upload-detail PATCH", "upload-detail PUT"):
            headers = {"Upload-Offset": "0"}
            send = getattr(client, method)
            return send(address, data=b"{}", content_type="application/json", headers=headers)
        if name == "system-attachment-list POST":
            address = f"{address}?title=截图&file_name=a.pdf"
            return client.post(address, data=PDF + b"2", content_type="application/pdf")
        if name == "objection-evidence POST":
            address = f"{address}?file_name=a.pdf"
            return client.post(address, data=PDF, content_type="application/pdf")
        if name == "system-import POST":
            return client.post(address, data=self.form(), content_type="text/csv")
        if name == "catalog-import-list POST":
            address = f"{address}?source=别的平台&department={self.ids['departments']}"
            return client.post(address, data=FILE, content_type="application/json")
        if method == "get":
            return client.get(address)
        headers = {"If-Match": '"1"'} if method in ("patch", "delete") else {}
        headers["X-Purpose"] = PURPOSE
        body = self.bodies.get(name, {})
        kind = URLENCODED if isinstance(body, str) else None
        return getattr(client, method)(address, body, content_type=kind, headers=headers)
