"""Every action names its actor, asks the gate, leaves a trace and says what it promises."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import APPS, calls, functions, name_of, python_files

MODULES = [
    path for path in python_files(*(f"{app}/actions" for app in APPS)) if path.name != "__init__.py"
]

# Asked by actions and views; they change nothing and nobody acts.
QUESTIONS = {
    "exchange.actions.outcomes.broken",
    "exchange.actions.outcomes.fault_of",
    "exchange.actions.compaction.due",
    "exchange.actions.retention.is_held",
    "accounts.actions.attachments.clean_name",
    "accounts.actions.cases.merge_targets",
    "accounts.actions.filings.likeness_facts",
    "accounts.actions.filings.similar_systems",
    "accounts.actions.holds.require_unheld",
    "accounts.actions.imports.form_rows",
    "accounts.actions.merging.check_merge_target",
    "accounts.actions.registers.check_registrable",
    "accounts.actions.registers.diff_versions",
    "accounts.actions.registers.history_of",
    "accounts.actions.passwords.check_password",
    "accounts.actions.secondfactors.factor_kinds",
    "accounts.actions.relations.relatable_systems",
    "accounts.actions.relations.relations_of",
    "accounts.actions.rules.current_rules",
    "accounts.actions.obligations.local_limit",
    "catalog.actions.demands.demands_like",
}
# A person who signs in has no rights yet, a system asks for its own tokens; a clock, a hold, a
# version and a merge that begins or ends follow from a deed that was allowed.
WITHOUT_GATE = {
    "exchange.actions.outcomes.note_calls",
    "exchange.actions.outcomes.note_failures",
    "exchange.actions.outcomes.note_load",
    "exchange.actions.outcomes.note_ping",
    "exchange.actions.outcomes.park_lost",
    "accounts.actions.holds.place_hold",
    "accounts.actions.holds.release_hold",
    "accounts.actions.merging.begin_merging",
    "accounts.actions.merging.end_merging",
    "accounts.actions.registers.keep_first",
    "accounts.actions.registers.write_version",
    "catalog.actions.adjustments.follow_adjustments",
    "catalog.actions.feedback.submit_feedback",
    "catalog.actions.quality.note_attached",
    "catalog.actions.quality.note_data",
    "exchange.actions.holds.settle_hold",
    "accounts.actions.notices.notify_department",
    "accounts.actions.notices.notify_authority",
    "accounts.actions.notices.read_notices",
    "accounts.actions.notices.mark_delivered",
    "exchange.actions.tellings.tell_provider",
    "exchange.actions.tellings.tell_requester",
    "accounts.actions.obligations.open_obligation",
    "accounts.actions.obligations.meet_obligation",
    "accounts.actions.obligations.cancel_obligation",
    "accounts.actions.savedlists.remove_list",
    "accounts.actions.savedlists.save_list",
    "accounts.actions.passwords.change_password",
    "accounts.actions.attesting.attest",
    "accounts.actions.identities.sign_in_with",
    "accounts.actions.proposals.spend",
    "accounts.actions.proposals.withdraw_proposal",
    "accounts.actions.secondfactors.add_key",
    "accounts.actions.secondfactors.begin_app",
    "accounts.actions.secondfactors.confirm_app",
    "accounts.actions.secondfactors.drop_factor",
    "accounts.actions.secondfactors.renew_codes",
    "accounts.actions.secondfactors.show_code",
    "accounts.actions.secondfactors.show_key",
    "accounts.actions.sessions.sign_in",
    "accounts.actions.sessions.sign_out",
    "accounts.actions.sessions.open_token",
    "accounts.actions.heartbeats.record_heartbeats",
    "accounts.actions.credentials.refuse_call",
    "accounts.actions.tokens.issue_token",
    "accounts.actions.tokens.revoke_token",
}
WITHOUT_ACTOR = {
    "accounts.actions.attesting.attest",
    "accounts.actions.identities.sign_in_with",
    "accounts.actions.secondfactors.show_code",
    "accounts.actions.secondfactors.show_key",
    "accounts.actions.registers.keep_first",
    "accounts.actions.sessions.sign_in",
    "accounts.actions.sessions.open_token",
    "accounts.actions.heartbeats.record_heartbeats",
}
# The clock's sweeps: signs of life, derived files, and the sealing of the trail itself. Facts of
# the clock and of heartbeats, each a record by itself; versions, which a recorded deed makes;
# steps with many rows, each of which records its own.
WITHOUT_TRACE = {
    "exchange.actions.deliveries.deliver_due",
    "exchange.actions.loads.load_lane",
    "accounts.actions.notices.notify_department",
    "accounts.actions.notices.notify_authority",
    "accounts.actions.notices.read_notices",
    "accounts.actions.notices.mark_delivered",
    "exchange.actions.tellings.tell_provider",
    "exchange.actions.tellings.tell_requester",
    "accounts.actions.digests.mail_digests",
    "accounts.actions.registers.keep_first",
    "accounts.actions.registers.write_version",
    "accounts.actions.signals.expire_facts",
    "accounts.actions.signals.record_heartbeat",
    "accounts.actions.signals.report_days",
    "catalog.actions.bulk.step_resources",
    "exchange.actions.reports.report_signals",
    "accounts.actions.heartbeats.record_heartbeats",
    "accounts.actions.credentials.expire_calls",
    "accounts.actions.sessions.expire_sessions",
    "accounts.actions.trail.seal_audit",
    "catalog.actions.quality.note_attached",
    "catalog.actions.quality.note_data",
    "catalog.actions.quality.refresh_freshness",
    "catalog.actions.quality.settle_data",
    "exchange.actions.holdings.report_holdings",
    "exchange.actions.compaction.compact_due",
    "exchange.actions.rehearsals.rehearse_batch",
    "exchange.actions.rehearsals.rehearse_rejects",
    "exchange.actions.upkeep.expire_answers",
    "exchange.actions.upkeep.expire_attempts",
    "exchange.actions.upkeep.fold_due",
    "exchange.actions.upkeep.sweep_orphans",
    "exchange.actions.uploads.read_upload_rejects",
    "exchange.actions.uploads.receive_part",
    "exchange.actions.uploads.rehearse_upload",
}
# What leaves a trace, and deeds that leave their own wherever they are called.
RECORDS = {"audit.record", "audit.record_all", "audit.note"}
TRACES = RECORDS | {"begin_merging", "end_merging", "place_hold", "release_hold", "note_ping"}
EXCEPTIONS = QUESTIONS | WITHOUT_GATE | WITHOUT_ACTOR | WITHOUT_TRACE


def dotted(path: Path, name: str = "") -> str:
    module = name_of(path).removesuffix(".py").replace("/", ".")
    return f"{module}.{name}" if name else module


def actions() -> Iterator[tuple[str, ast.FunctionDef, dict[str, ast.FunctionDef]]]:
    for path in MODULES:
        inside = functions(path)
        for name, node in inside.items():
            if not name.startswith("_"):
                yield dotted(path, name), node, inside


ACTIONS = [found for found in actions() if found[0] not in QUESTIONS]


def reaches(node: ast.FunctionDef, inside: dict[str, ast.FunctionDef], wanted: set[str]) -> bool:
    """Whether the function calls one of these, itself or through functions of its own module that
    it calls or hands on."""
    waiting, seen = [node], set()
    while waiting:
        found = waiting.pop()
        if wanted & set(calls(found)):
            return True
        named = {inner.id for inner in ast.walk(found) if isinstance(inner, ast.Name)}
        waiting += [inside[name] for name in sorted(named & inside.keys() - seen)]
        seen |= named
    return False


@pytest.mark.parametrize(("name", "node", "inside"), ACTIONS, ids=[name for name, *_ in ACTIONS])
def test_an_action_keeps_the_form(name, node, inside):
    assert ast.get_docstring(node), "says nothing of what it promises"
    named = [argument.arg for argument in node.args.kwonlyargs]
    if name not in WITHOUT_ACTOR:
        assert "actor" in named, "has no keyword 'actor'"
        required = [
            argument.arg
            for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
            if default is None or argument.arg == "actor"
        ]
        assert required[0] == "actor", "'actor' is not the first keyword"
    if name not in WITHOUT_GATE:
        assert "require" in set(calls(node)) or reaches(node, inside, {"require"})
    if name not in WITHOUT_TRACE:
        assert reaches(node, inside, TRACES), "leaves no trace"


def test_every_exception_is_still_there():
    known = {name for name, *_ in actions()}
    assert known >= EXCEPTIONS


def test_nothing_but_actions_and_rules_writes_into_the_trail():
    """The trail is written in the transaction of a deed, so by the deeds alone."""
    writers = {
        name_of(path)
        for path in python_files("kernel", *APPS, "config")
        if RECORDS & set(calls(ast.parse(path.read_text())))
    }
    assert {path for path in writers if "/actions/" not in path} == set()
