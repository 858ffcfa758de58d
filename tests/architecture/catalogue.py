"""What the authorisation matrix is played on of the catalogue, and the bodies of its endpoints."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.actor import NOBODY
from accounts.models import Member
from catalog.actions.adjustments import register_adjustment
from catalog.actions.campaigns import open_campaign
from catalog.actions.comments import write_comment
from catalog.actions.elements import define_element
from catalog.actions.feedback import submit_feedback
from catalog.actions.imports import check_import, upload_import
from catalog.actions.searches import add_synonym, save_search
from catalog.models import Entry, ImportFinding, Likeness, LikenessScan, Placement, SearchDocument
from catalog.search import indexing
from tests.factories.catalog import CategoryFactory, code_list, published_resource
from tests.factories.demands import demand_in
from tests.factories.exchange import World
from tests.people import actor_for, member_with

REASON = {"reason": "理由"}
CODES = [{"code": "1", "name": "男性"}, {"code": "2", "name": "女性"}]
FILE = json.dumps(
    [
        {"标题": "收养登记信息", "描述": "登记", "更新频率": "每月"},
        {"标题": "婚姻登记信息", "更新频率": "随缘"},
    ],
    ensure_ascii=False,
).encode()


class Catalogue:
    """Rows of the owner, of what the grantee asks the owner for, and of the whole platform."""

    def __init__(self, world: World, draft: Entry, steward: Member) -> None:
        self.world, self.draft = world, draft
        self.authority = actor_for(member_with(("authority",), None))
        self.steward = actor_for(steward)
        self._publish()
        self._write()
        self._take_in()
        self._ask()
        self.codes = code_list("GB/T 2261.1", {"1": "男性"})
        self.element = define_element(
            actor=self.authority, identifier="DE00011", name="性别", data_type="C"
        )
        self.synonym = add_synonym(actor=self.authority, words=["低保", "最低生活保障"])

    def _publish(self) -> None:
        """One entry that is late and says little, one that is not shared, and one like it."""
        owner, asking = self.world.provider, self.world.requester
        law = {"refusal_reason": "涉密", "legal_basis": "《保守国家秘密法》"}
        self.withheld = published_resource(owner, share_type="not_shared", **law)
        other = published_resource(asking)
        indexing.refresh([self.world.resource.pk, self.withheld.pk, other.pk])
        late = {"fresh_until": date(2020, 1, 1), "gaps": ["keywords"], "completeness": 95}
        SearchDocument.objects.filter(pk=self.world.resource.pk).update(**late)
        self.likeness = Likeness.objects.create(
            kind="entry", left=self.withheld, right=other, score=0.9, reasons={}
        )
        self.scan = LikenessScan.objects.create(began_at=timezone.now(), is_whole=True)

    def _write(self) -> None:
        """What is said of entries by hand."""
        self.further = CategoryFactory(code="307025")
        Placement.objects.create(resource=self.draft.resource, category=self.further)
        self.comment = write_comment(
            self.draft.resource, actor=self.steward, pointer="/abstract", text="请补充"
        )
        self.opened = published_resource(self.world.provider, open_to_public=True)
        self.feedback = submit_feedback(self.opened, actor=NOBODY, text="地址有误")
        self.adjustment = register_adjustment(
            self.world.resource,
            actor=self.authority,
            cause="law",
            document="国令第809号",
            happened_on=timezone.localdate(),
        )
        self.search = save_search(actor=self.steward, name="低保", parameters={"q": "低保"})

    def _take_in(self) -> None:
        row = upload_import(
            FILE, actor=self.steward, source="市开放平台", category=self.draft.resource.category
        )
        self.intake = check_import(row, actor=self.steward)
        self.finding = ImportFinding.objects.filter(catalog_import=row).earliest("pk")

    def _ask(self) -> None:
        between = {"department": self.world.requester, "routed_to": self.world.provider}
        self.demand = demand_in("routed", **between)
        self.same = demand_in("routed", **between)
        self.campaign = open_campaign(
            actor=self.authority,
            name="大普查",
            due_on=timezone.localdate() + timedelta(days=30),
            departments=[self.world.provider],
        )

    def ids(self) -> dict[str, Any]:
        """What stands in each route's place for an id, by the route's first word."""
        return {
            "adjustments": self.adjustment.pk,
            "campaigns": self.campaign.pk,
            "campaign-tasks": self.campaign.tasks.get().pk,
            "catalog-imports": self.intake.pk,
            "findings": self.finding.pk,
            "open-feedback": self.feedback.pk,
            "code-lists": self.codes.pk,
            "code-list-versions": 1,
            "diff": 1,
            "comments": self.comment.pk,
            "data-elements": self.element.pk,
            "demands": self.demand.pk,
            "need-list": self.demand.pk,
            "likenesses": self.likeness.pk,
            "likeness-scans": self.scan.pk,
            "saved-searches": self.search.pk,
            "scorecard": self.world.provider.pk,
            "synonyms": self.synonym.pk,
        }

    def bodies(self) -> dict[str, Any]:
        """A body that each endpoint takes, by its name."""
        return {
            **self._bodies_of_lists(),
            **self._bodies_of_demands(),
            "adjustment-list POST": {
                "resource": str(self.world.resource.pk),
                "cause": "law",
                "document": "国令第809号",
                "happened_on": timezone.localdate().isoformat(),
            },
            "feedback-list POST": {"resource": str(self.opened.pk), "text": "很好用"},
            "feedback-settle POST": {"outcome": "已更正"},
            "campaign-list POST": {"name": "普查", "due_on": _tomorrow()},
            "campaign-task-return- POST": REASON,
            "comment-list POST": {"pointer": "/name", "text": "请改名"},
            **{f"likeness-{move} POST": REASON for move in ("confirm", "dismiss", "reopen")},
            **{f"resource-bulk-{step} POST": self._bulk() for step in ("submit", "approve")},
            **{f"resource-bulk-{step} POST": self._bulk() for step in ("review", "publish")},
            "resource-bulk-return POST": {**self._bulk(), **REASON},
            "resource-name-source POST": {
                "column": self.draft.items.first().column,
                "source_department": str(self.world.provider.pk),
                **REASON,
            },
            "resource-place POST": {"category": str(self.further.pk)},
            "resource-unplace POST": {"category": str(self.further.pk)},
        }

    def _bodies_of_lists(self) -> dict[str, Any]:
        return {
            "category-load POST": {"categories": [{"code": "307", "name": "省"}]},
            "code-list-list POST": {
                "identifier": "GB/T 3304",
                "name": "民族代码",
                "effective_on": "2020-01-01",
                "codes": CODES,
            },
            "code-list-revise POST": {
                "effective_on": _tomorrow(),
                "change_message": "补充",
                "codes": CODES,
            },
            "data-element-list POST": {"identifier": "DE2", "name": "民族", "data_type": "C"},
            "data-element-detail PATCH": {"name": "性别代码"},
            "data-element-name-source POST": {
                "source_department": str(self.world.provider.pk),
                **REASON,
            },
            "saved-search-list POST": {"name": "社保", "parameters": {"q": "社保"}},
            "saved-search-detail PATCH": {"name": "最低生活保障"},
            "synonym-list POST": {"words": ["社保", "社会保险"]},
            "synonym-detail PATCH": {"words": ["低保", "城乡低保"]},
        }

    def _bodies_of_demands(self) -> dict[str, Any]:
        routed = {"department": str(self.world.provider.pk), **REASON}
        return {
            "demand-list POST": {
                "title": "婚姻登记信息",
                "description": "核实婚姻状况",
                "basis": "《民法典》",
                "scenario": "办理落户",
            },
            "demand-merge POST": {"into": str(self.same.pk)},
            "demand-route POST": routed,
            "demand-reroute POST": routed,
            "demand-offer POST": {"resource": str(self.world.resource.pk)},
            "demand-refuse POST": {**REASON, "legal_basis": "《监察法》第三十九条"},
            "demand-dispute POST": REASON,
            "demand-settle POST": {"settlement": "应予提供"},
        }

    def _bulk(self) -> dict[str, Any]:
        return {"ids": [str(self.draft.resource_id)]}


def _tomorrow() -> str:
    return (timezone.localdate() + timedelta(days=1)).isoformat()
