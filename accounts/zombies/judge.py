"""All five criteria of one system, and what they say together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accounts.zombies.business import judge_business
from accounts.zombies.evidence import Evidence, Finding
from accounts.zombies.maintenance import judge_maintenance
from accounts.zombies.replacement import judge_replacement
from accounts.zombies.resources import judge_resources
from accounts.zombies.seasons import season_of
from accounts.zombies.thresholds import Thresholds
from accounts.zombies.usage import judge_usage

# What these say rests on use; with Z2 they depend on the season, so that the months have to be
# read before a suspicion stands.
BY_USE = frozenset({"Z1", "Z3", "Z5"})
BY_SEASON = BY_USE | {"Z2"}


@dataclass(frozen=True)
class Judgement:
    """What is said of a system; ``replacement`` is the system that Z2 names."""

    level: str
    findings: tuple[Finding, ...]
    replacement: UUID | None

    @property
    def depends_on_season(self) -> bool:
        """True if a season, were one found, could lift a suspicion."""
        return any(f.level == "suspected" and f.criterion in BY_SEASON for f in self.findings)

    def to_json(self) -> dict[str, dict[str, object]]:
        """Criterion -> finding, as plain JSON values."""
        return {finding.criterion: finding.to_json() for finding in self.findings}


def judge(e: Evidence, t: Thresholds, today: date) -> Judgement:
    """Suspected if one criterion is met, as the policy has it; unknown if its use is not known."""
    season = season_of(e, t, today)
    replaced, peer = judge_replacement(e, t, season, today)
    findings = (
        judge_business(e, t, season, today),
        replaced,
        judge_resources(e, t, season, today),
        judge_maintenance(e, t, today),
        judge_usage(e, t, season, today),
    )
    return Judgement(
        overall({f.criterion: f.level for f in findings}), findings, peer.id if peer else None
    )


def overall(levels: Mapping[str, str]) -> str:
    """The gravest level of the criteria; nothing is clear as long as its use is not known."""
    found = set(levels.values())
    for level in ("suspected", "watch"):
        if level in found:
            return level
    return "clear" if any(levels[code] == "clear" for code in BY_USE) else "unknown"
