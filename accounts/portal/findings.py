"""What the five criteria found, in the reader's language, with the facts behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.portal import words
from accounts.portal.columns import is_chinese
from accounts.vocabulary import Level
from accounts.zombies.words import MISSING


@dataclass(frozen=True)
class Finding:
    """What a criterion found."""

    code: str
    title: Any
    level: str
    level_name: Any
    badge: str
    sentence: str
    missing: list[str]


def findings_of(found: Mapping[str, Any]) -> list[Finding]:
    """The suspected criteria first, then the others in their order."""
    language, place = ("zh", 0) if is_chinese() else ("en", 1)
    listed = [
        Finding(
            code=code,
            title=title,
            level=found[code]["level"],
            level_name=words.LEVELS[found[code]["level"]][0],
            badge=words.LEVELS[found[code]["level"]][1],
            sentence=found[code].get(language, ""),
            missing=[MISSING[name][place] for name in found[code]["missing"] if name in MISSING],
        )
        for code, title in words.CRITERIA.items()
        if code in found
    ]
    return sorted(listed, key=lambda finding: finding.level != Level.SUSPECTED)


def suspicions(findings: list[Finding]) -> list[str]:
    """What the suspected criteria found, in sentences."""
    found = [one for one in findings if one.level == Level.SUSPECTED]
    return [one.sentence or str(one.title) for one in found]
