"""Every permission on the platform and which role holds it. Auditors start here.

A role holds its permissions for its own department; a platform role holds them everywhere.
Provider and requester are no roles: they follow from who owns the thing (Order 809, Art. 20-22).
"""

from dataclasses import dataclass
from enum import StrEnum


class Perm(StrEnum):
    """What can be allowed: ``noun.verb``, the same words as in address, action and button."""

    DEPARTMENT_REGISTER = "department.register"
    DEPARTMENT_CHANGE = "department.change"
    DEPARTMENT_CLOSE = "department.close"
    MEMBER_ADD = "member.add"
    MEMBER_DEACTIVATE = "member.deactivate"
    MEMBER_VIEW = "member.view"
    PASSWORD_RESET = "password.reset"  # noqa: S105 - the name of a permission
    ACCOUNT_REOPEN = "account.reopen"
    IDENTITY_LINK = "identity.link"
    SIGN_IN_VIEW = "sign_in.view"
    SIGN_IN_END = "sign_in.end"
    SECOND_FACTOR_RESET = "second_factor.reset"
    PROPOSAL_VIEW = "proposal.view"
    ROLE_GRANT = "role.grant"
    ROLE_REVOKE = "role.revoke"
    SYSTEM_REGISTER = "system.register"
    SYSTEM_CHANGE = "system.change"
    SYSTEM_VIEW = "system.view"
    SYSTEM_IMPORT = "system.import"
    SYSTEM_FILE = "system.file"
    SYSTEM_ACCEPT = "system.accept"
    SIGNAL_RECORD = "signal.record"
    ZOMBIE_VIEW = "zombie.view"
    ZOMBIE_SCAN = "zombie.scan"
    ZOMBIE_ANSWER = "zombie.answer"
    ZOMBIE_DECIDE = "zombie.decide"
    RULES_SET = "rules.set"
    MERGE_PROPOSE = "merge.propose"
    MERGE_DECIDE = "merge.decide"
    CREDENTIAL_ISSUE = "credential.issue"
    CREDENTIAL_REVOKE = "credential.revoke"
    ACCESS_SET = "access.set"
    AUDIT_VIEW = "audit.view"
    INCIDENT_VIEW = "incident.view"
    INCIDENT_RECORD = "incident.record"
    CALENDAR_LOAD = "calendar.load"
    CLOCK_LIMIT = "clock.limit"
    OBLIGATION_VIEW = "obligation.view"
    OBLIGATION_EXTEND = "obligation.extend"
    OBLIGATION_EXPLAIN = "obligation.explain"
    OBLIGATION_ASK = "obligation.ask"
    EVALUATION_VIEW = "evaluation.view"
    HOOK_OPEN = "hook.open"

    CATEGORY_ADD = "category.add"
    RESOURCE_VIEW = "resource.view"
    RESOURCE_DRAFT = "resource.draft"
    RESOURCE_SUBMIT = "resource.submit"
    RESOURCE_APPROVE = "resource.approve"
    RESOURCE_REVIEW = "resource.review"
    RESOURCE_PUBLISH = "resource.publish"
    RESOURCE_WITHDRAW = "resource.withdraw"
    RESOURCE_PLACE = "resource.place"
    COMMENT_WRITE = "comment.write"
    COMMENT_RESOLVE = "comment.resolve"
    ADJUSTMENT_REGISTER = "adjustment.register"
    CATALOG_IMPORT = "catalog.import"
    CATALOG_LOAD = "catalog.load"
    CODE_LIST_ADD = "code_list.add"
    CODE_LIST_REVISE = "code_list.revise"
    ELEMENT_DEFINE = "element.define"
    SYNONYM_ADD = "synonym.add"
    SEARCH_SAVE = "search.save"
    LIKENESS_VIEW = "likeness.view"
    LIKENESS_DECIDE = "likeness.decide"
    LIKENESS_SCAN = "likeness.scan"
    SOURCE_NAME = "source.name"
    CAMPAIGN_VIEW = "campaign.view"
    CAMPAIGN_OPEN = "campaign.open"
    CAMPAIGN_CLOSE = "campaign.close"
    CAMPAIGN_CONFIRM = "campaign.confirm"
    CAMPAIGN_RETURN = "campaign.return"
    DEMAND_VIEW = "demand.view"
    DEMAND_SUBMIT = "demand.submit"
    DEMAND_ROUTE = "demand.route"
    DEMAND_ANSWER = "demand.answer"
    DEMAND_SETTLE = "demand.settle"

    DATASET_VIEW = "dataset.view"
    DATASET_ATTACH = "dataset.attach"
    BATCH_PUBLISH = "batch.publish"
    BATCH_RECALL = "batch.recall"
    CONNECTOR_VIEW = "connector.view"
    CONNECTOR_REGISTER = "connector.register"
    SYNC_VIEW = "sync.view"
    SYNC_SCHEDULE = "sync.schedule"
    SYNC_RUN = "sync.run"
    INTERFACE_VIEW = "interface.view"
    INTERFACE_REGISTER = "interface.register"
    INTERFACE_CALL = "interface.call"
    REQUEST_VIEW = "request.view"
    REQUEST_SUBMIT = "request.submit"
    REQUEST_AGREE = "request.agree"
    REQUEST_PREPARE = "request.prepare"
    REQUEST_ANSWER = "request.answer"
    GRANT_SUSPEND = "grant.suspend"
    GRANT_RECTIFY = "grant.rectify"
    GRANT_CERTIFY = "grant.certify"
    GRANT_DISPOSE = "grant.dispose"
    GRANT_REVOKE = "grant.revoke"
    GRANT_REVOKE_ALL = "grant.revoke_all"
    SUBSCRIPTION_OPEN = "subscription.open"
    SUBSCRIPTION_READ = "subscription.read"
    RECORD_LOOKUP = "record.lookup"
    RECORD_VERIFY = "record.verify"
    USE_RECORD = "use.record"
    USE_VIEW = "use.view"
    LEDGER_VIEW = "ledger.view"
    OBJECTION_SUBMIT = "objection.submit"
    OBJECTION_RESOLVE = "objection.resolve"
    DISPUTE_OPEN = "dispute.open"
    DISPUTE_DECIDE = "dispute.decide"
    SERVICE_ANNOUNCE = "service.announce"
    SERVICE_REPLY = "service.reply"
    SERVICE_FILE = "service.file"
    VALUE_REVEAL = "value.reveal"
    VALUE_CONFIRM = "value.confirm"


class Role(StrEnum):
    """The eight roles of people, and the one of machines."""

    OPERATOR = "operator"
    AUTHORITY = "authority"
    DEPARTMENT_ADMIN = "department_admin"
    HEAD = "head"
    STEWARD = "steward"
    BUSINESS_OPERATOR = "business_operator"
    SECURITY_ADMIN = "security_admin"
    AUDITOR = "auditor"
    SYSTEM = "system"


@dataclass(frozen=True)
class Holding:
    """What a role may do, and whether everywhere or in its own department only."""

    perms: frozenset[Perm]
    everywhere: bool = False


# GB/T 22239-2019 8.1.4, GB/T 39477: system, security and audit administration are three people's.
ADMINISTRATORS = frozenset({Role.OPERATOR, Role.SECURITY_ADMIN, Role.AUDITOR})

# fmt: off
ROLES: dict[Role, Holding] = {
    # Runs the platform; no right to any data.
    Role.OPERATOR: Holding(
        frozenset({
            Perm.DEPARTMENT_REGISTER, Perm.DEPARTMENT_CHANGE, Perm.DEPARTMENT_CLOSE,
            Perm.MEMBER_ADD, Perm.MEMBER_DEACTIVATE, Perm.MEMBER_VIEW, Perm.ACCOUNT_REOPEN,
            Perm.PASSWORD_RESET, Perm.IDENTITY_LINK, Perm.ROLE_GRANT, Perm.ROLE_REVOKE,
            Perm.SYSTEM_VIEW, Perm.SYSTEM_IMPORT, Perm.CALENDAR_LOAD, Perm.PROPOSAL_VIEW,
        }),
        everywhere=True,
    ),
    # The sharing authority of this level of government (政务数据共享主管部门).
    Role.AUTHORITY: Holding(
        frozenset({
            Perm.SYSTEM_ACCEPT, Perm.SYSTEM_IMPORT, Perm.SYSTEM_VIEW, Perm.SIGNAL_RECORD,
            Perm.ZOMBIE_VIEW, Perm.ZOMBIE_SCAN, Perm.ZOMBIE_DECIDE, Perm.RULES_SET,
            Perm.MERGE_PROPOSE, Perm.MERGE_DECIDE, Perm.CATEGORY_ADD,
            Perm.RESOURCE_VIEW, Perm.RESOURCE_PLACE, Perm.RESOURCE_REVIEW, Perm.RESOURCE_PUBLISH,
            Perm.COMMENT_WRITE, Perm.COMMENT_RESOLVE, Perm.ADJUSTMENT_REGISTER,
            Perm.CATALOG_IMPORT, Perm.CATALOG_LOAD, Perm.CODE_LIST_ADD, Perm.CODE_LIST_REVISE,
            Perm.ELEMENT_DEFINE, Perm.SYNONYM_ADD, Perm.SEARCH_SAVE,
            Perm.LIKENESS_VIEW, Perm.LIKENESS_DECIDE, Perm.LIKENESS_SCAN, Perm.SOURCE_NAME,
            Perm.CAMPAIGN_VIEW, Perm.CAMPAIGN_OPEN, Perm.CAMPAIGN_CLOSE, Perm.CAMPAIGN_RETURN,
            Perm.DEMAND_VIEW, Perm.DEMAND_ROUTE, Perm.DEMAND_SETTLE, Perm.DATASET_VIEW,
            Perm.REQUEST_VIEW, Perm.GRANT_REVOKE, Perm.GRANT_SUSPEND, Perm.CALENDAR_LOAD,
            Perm.GRANT_REVOKE_ALL, Perm.PROPOSAL_VIEW,
            Perm.CLOCK_LIMIT, Perm.OBLIGATION_VIEW, Perm.OBLIGATION_EXTEND, Perm.DISPUTE_DECIDE,
            Perm.SERVICE_FILE, Perm.USE_VIEW, Perm.EVALUATION_VIEW, Perm.SYNC_VIEW,
            Perm.INTERFACE_VIEW,
        }),
        everywhere=True,
    ),
    # Registers people and systems; grants the department's own roles, never a platform role.
    Role.DEPARTMENT_ADMIN: Holding(
        frozenset({
            Perm.SYSTEM_FILE, Perm.SYSTEM_IMPORT, Perm.SYSTEM_REGISTER, Perm.SYSTEM_CHANGE,
            Perm.SYSTEM_VIEW, Perm.SIGNAL_RECORD, Perm.ZOMBIE_VIEW, Perm.ZOMBIE_ANSWER,
            Perm.MERGE_PROPOSE, Perm.MEMBER_ADD, Perm.MEMBER_DEACTIVATE, Perm.MEMBER_VIEW,
            Perm.ROLE_GRANT, Perm.ROLE_REVOKE, Perm.CREDENTIAL_ISSUE, Perm.CREDENTIAL_REVOKE,
            Perm.ACCESS_SET,
            Perm.PASSWORD_RESET, Perm.ACCOUNT_REOPEN,
            Perm.RESOURCE_VIEW, Perm.SEARCH_SAVE, Perm.LIKENESS_VIEW, Perm.CAMPAIGN_VIEW,
            Perm.DEMAND_VIEW, Perm.DATASET_VIEW, Perm.REQUEST_VIEW, Perm.OBLIGATION_VIEW,
            Perm.HOOK_OPEN, Perm.EVALUATION_VIEW, Perm.CONNECTOR_VIEW, Perm.CONNECTOR_REGISTER,
            Perm.SYNC_VIEW, Perm.INTERFACE_VIEW, Perm.VALUE_REVEAL, Perm.PROPOSAL_VIEW,
        })
    ),
    # Head of the department's sharing office (政务数据共享工作机构负责人, Art. 13, 20).
    Role.HEAD: Holding(
        frozenset({
            Perm.ZOMBIE_VIEW, Perm.ZOMBIE_ANSWER, Perm.SYSTEM_VIEW,
            Perm.RESOURCE_VIEW, Perm.RESOURCE_APPROVE, Perm.RESOURCE_WITHDRAW,
            Perm.COMMENT_WRITE, Perm.COMMENT_RESOLVE, Perm.ADJUSTMENT_REGISTER, Perm.SEARCH_SAVE,
            Perm.LIKENESS_VIEW, Perm.CAMPAIGN_VIEW, Perm.CAMPAIGN_CONFIRM,
            Perm.DEMAND_VIEW, Perm.DEMAND_ANSWER, Perm.DATASET_VIEW,
            Perm.REQUEST_VIEW, Perm.REQUEST_AGREE, Perm.REQUEST_ANSWER,
            Perm.GRANT_REVOKE, Perm.GRANT_SUSPEND, Perm.GRANT_CERTIFY, Perm.GRANT_DISPOSE,
            Perm.OBLIGATION_VIEW, Perm.OBLIGATION_EXPLAIN, Perm.OBLIGATION_ASK,
            Perm.OBJECTION_RESOLVE, Perm.DISPUTE_OPEN, Perm.SERVICE_ANNOUNCE, Perm.SERVICE_REPLY,
            Perm.USE_VIEW, Perm.EVALUATION_VIEW, Perm.BATCH_RECALL, Perm.SYNC_VIEW,
            Perm.INTERFACE_VIEW, Perm.VALUE_CONFIRM, Perm.PROPOSAL_VIEW,
        })
    ),
    Role.STEWARD: Holding(
        frozenset({
            Perm.SIGNAL_RECORD, Perm.ZOMBIE_VIEW, Perm.SYSTEM_VIEW,
            Perm.RESOURCE_VIEW, Perm.RESOURCE_PLACE, Perm.RESOURCE_DRAFT, Perm.RESOURCE_SUBMIT,
            Perm.COMMENT_WRITE, Perm.COMMENT_RESOLVE, Perm.ADJUSTMENT_REGISTER, Perm.CATALOG_IMPORT,
            Perm.SEARCH_SAVE, Perm.LIKENESS_VIEW, Perm.LIKENESS_DECIDE, Perm.CAMPAIGN_VIEW,
            Perm.DEMAND_VIEW, Perm.DEMAND_SUBMIT, Perm.DATASET_VIEW, Perm.DATASET_ATTACH,
            Perm.BATCH_PUBLISH, Perm.BATCH_RECALL,
            Perm.REQUEST_VIEW, Perm.REQUEST_SUBMIT, Perm.REQUEST_PREPARE, Perm.SUBSCRIPTION_OPEN,
            Perm.OBLIGATION_VIEW, Perm.GRANT_RECTIFY, Perm.OBJECTION_SUBMIT, Perm.OBJECTION_RESOLVE,
            Perm.USE_RECORD, Perm.USE_VIEW, Perm.CONNECTOR_VIEW, Perm.CONNECTOR_REGISTER,
            Perm.SYNC_VIEW, Perm.SYNC_SCHEDULE, Perm.SYNC_RUN,
            Perm.INTERFACE_VIEW, Perm.INTERFACE_REGISTER, Perm.VALUE_REVEAL, Perm.PROPOSAL_VIEW,
        })
    ),
    # Works the authority's desk: reviews, routes and watches deadlines; publishing is not its own.
    Role.BUSINESS_OPERATOR: Holding(
        frozenset({
            Perm.ZOMBIE_VIEW, Perm.ZOMBIE_SCAN, Perm.SYSTEM_VIEW, Perm.CATEGORY_ADD,
            Perm.RESOURCE_VIEW, Perm.RESOURCE_REVIEW, Perm.COMMENT_WRITE, Perm.CATALOG_IMPORT,
            Perm.SYNONYM_ADD, Perm.SEARCH_SAVE, Perm.LIKENESS_VIEW, Perm.LIKENESS_SCAN,
            Perm.CAMPAIGN_VIEW, Perm.DEMAND_VIEW, Perm.DEMAND_ROUTE, Perm.DATASET_VIEW,
            Perm.REQUEST_VIEW, Perm.OBLIGATION_VIEW, Perm.EVALUATION_VIEW, Perm.USE_VIEW,
            Perm.SYNC_VIEW, Perm.INTERFACE_VIEW,
        }),
        everywhere=True,
    ),
    Role.SECURITY_ADMIN: Holding(
        frozenset({
            Perm.MEMBER_VIEW, Perm.SYSTEM_VIEW, Perm.CREDENTIAL_REVOKE, Perm.ACCESS_SET,
            Perm.GRANT_REVOKE, Perm.GRANT_SUSPEND, Perm.GRANT_REVOKE_ALL,
            Perm.SIGN_IN_VIEW, Perm.SIGN_IN_END, Perm.SECOND_FACTOR_RESET, Perm.PROPOSAL_VIEW,
            Perm.INCIDENT_VIEW, Perm.INCIDENT_RECORD,
        }),
        everywhere=True,
    ),
    # Reads everything that is evidence, changes nothing.
    Role.AUDITOR: Holding(
        frozenset({
            Perm.ZOMBIE_VIEW, Perm.AUDIT_VIEW, Perm.PROPOSAL_VIEW, Perm.INCIDENT_VIEW,
            Perm.MEMBER_VIEW, Perm.SYSTEM_VIEW,
            Perm.RESOURCE_VIEW, Perm.LIKENESS_VIEW, Perm.CAMPAIGN_VIEW, Perm.DEMAND_VIEW,
            Perm.DATASET_VIEW, Perm.REQUEST_VIEW, Perm.OBLIGATION_VIEW, Perm.USE_VIEW,
            Perm.LEDGER_VIEW, Perm.EVALUATION_VIEW, Perm.CONNECTOR_VIEW, Perm.SYNC_VIEW,
            Perm.INTERFACE_VIEW,
        }),
        everywhere=True,
    ),
    # An information system calling with its own credential.
    Role.SYSTEM: Holding(
        frozenset({
            Perm.SIGNAL_RECORD, Perm.DATASET_VIEW, Perm.BATCH_PUBLISH, Perm.SUBSCRIPTION_READ,
            Perm.RECORD_LOOKUP, Perm.RECORD_VERIFY, Perm.INTERFACE_VIEW, Perm.INTERFACE_CALL,
        })
    ),
}
# fmt: on


class Scope(StrEnum):
    """Parts of what a system may do, to which a key or a token is narrowed."""

    READ = "read"
    PUBLISH = "publish"
    SIGNALS = "signals"


SCOPES: dict[str, frozenset[Perm]] = {
    Scope.READ: ROLES[Role.SYSTEM].perms - {Perm.BATCH_PUBLISH, Perm.SIGNAL_RECORD},
    Scope.PUBLISH: frozenset({Perm.DATASET_VIEW, Perm.BATCH_PUBLISH}),
    Scope.SIGNALS: frozenset({Perm.SIGNAL_RECORD}),
}
