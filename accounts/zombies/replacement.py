"""Z2: 功能可被其他系统替代, another system can take over what it does."""

from datetime import date

from accounts.zombies import words
from accounts.zombies.evidence import Evidence, Finding, Peer
from accounts.zombies.seasons import Season
from accounts.zombies.thresholds import Thresholds
from accounts.zombies.use import is_used, is_young, once, relied_on_by, speaks

CODE = "Z2"
# Compared in the first of these that both systems tell.
COMPARED = ("transaction", "login", "active_users")


def judge_replacement(
    e: Evidence, t: Thresholds, season: Season | None, today: date
) -> tuple[Finding, Peer | None]:
    """Suspected where a better-used system does the same and this one is not used, or its users
    have gone over. Two that are both alive are to watch; the lesser-used one is never named as
    the replacement. The second value is the system that can replace it.
    """
    peer = best_peer(e, t, today)
    if peer is None:
        return _nothing_alike(e, t), None
    facts = _facts(e, peer)
    level, missing, why = _level(e, peer, t, season, today)
    zh, en = _figures(e, peer)
    named = peer if level == "suspected" else None
    more = words.unknown(missing) if missing else ("", "")
    zh = f"{zh}；{why[0]}。{more[0]}"
    en = f"{en}; {why[1]}. {more[1]}".rstrip()
    return Finding(CODE, level, facts, missing, zh, en), named


def best_peer(e: Evidence, t: Thresholds, today: date) -> Peer | None:
    """The peer that does most of the same: a declared replacement first, then the greatest
    overlap above the threshold; one that is in use and better used before others, so that of
    several doubles the dying ones do not stand in for the living one."""
    enough = [p for p in e.peers if p.is_declared or p.overlap * 100 >= t.overlap_percent]
    return max(
        enough,
        key=lambda peer: (
            peer.is_declared,
            is_better_used(peer, e) or False,
            is_used(peer.evidence or Evidence(), t, today) or False,
            peer.overlap,
        ),
        default=None,
    )


def is_better_used(peer: Peer, e: Evidence) -> bool | None:
    """Whether the peer is used more than this one; None if nothing compares, or alike."""
    pair = _compared(e, peer)
    return None if pair is None or pair[1] == pair[2] else pair[2] > pair[1]


def _level(
    e: Evidence, peer: Peer, t: Thresholds, season: Season | None, today: date
) -> tuple[str, tuple[str, ...], tuple[str, str]]:
    used = is_used(e, t, today)
    theirs = is_used(peer.evidence or Evidence(), t, today)
    if is_better_used(peer, e) is False:
        return "clear", (), ("本系统使用更多，不应被其替代", "this one is used more and stays")
    if theirs is False:
        return "watch", (), ("对方也很少使用", "the other one is hardly used either")
    if peer.is_declared:
        return _registered(used)
    if season is not None and season.has_returned:
        return "watch", (), ("本系统按季节使用", "this one is used by season")
    if used is None:
        return "watch", _lacking(e, t, today), ("本系统使用情况不明", "its own use is not known")
    if theirs is None:
        return "watch", ("peer_use",), ("对方使用情况不明", "the other's use is not known")
    return _compared_level(e, peer, t, used, today)


def _registered(used: bool | None) -> tuple[str, tuple[str, ...], tuple[str, str]]:
    """What follows from the register's word that another system replaces this one."""
    if used:
        return "watch", (), ("本系统仍在使用", "this one is still in use")
    return "suspected", (), ("登记为已被替代", "it is registered as replaced")


def _compared_level(
    e: Evidence, peer: Peer, t: Thresholds, used: bool, today: date
) -> tuple[str, tuple[str, ...], tuple[str, str]]:
    """The use of both is known, and the other's is not the lesser."""
    if not used and not is_young(e, t, today):
        return "suspected", (), ("本系统已很少使用", "this one is hardly used any more")
    if used and not relied_on_by(e, t, today) and _went_over(e, peer, t, today):
        return "suspected", (), ("用户已转向对方", "its users have gone over to the other")
    return "watch", (), ("两个系统都在使用", "both are in use")


def _went_over(e: Evidence, peer: Peer, t: Thresholds, today: date) -> bool:
    """True if own use is a fraction of the other's and has at least halved."""
    pair = _compared(e, peer)
    if pair is None or not speaks(e.of(pair[0]), t, today):
        return False
    halved = e.of(pair[0]).half.monthly <= once(e.of(pair[0]), t) / 2
    return halved and pair[1] * 100 < pair[2] * t.outgrown_percent


def _compared(e: Evidence, peer: Peer) -> tuple[str, float, float] | None:
    """Kind, own and other's total of the last six months (peak for users), where both tell."""
    if peer.evidence is None:
        return None
    for kind in COMPARED:
        own, other = e.of(kind), peer.evidence.of(kind)
        if own.half.told and other.half.told:
            if kind == "active_users":
                return kind, own.half.peak, other.half.peak
            return kind, own.half.total, other.half.total
    return None


def _lacking(e: Evidence, t: Thresholds, today: date) -> tuple[str, ...]:
    return tuple(kind for kind in COMPARED if not speaks(e.of(kind), t, today))


def _nothing_alike(e: Evidence, t: Thresholds) -> Finding:
    if not e.has_function:
        return Finding(CODE, "unknown", {}, ("function",), *words.unknown(("function",)))
    most = max((peer.overlap for peer in e.peers), default=0.0)
    return Finding(
        CODE, "clear", {"most_overlap_percent": round(most * 100)}, (),
        f"未发现功能重合 {t.overlap_percent:g}% 以上的在用系统。",
        f"No running system shares {t.overlap_percent:g}% of its functions.",
    )  # fmt: skip


def _facts(e: Evidence, peer: Peer) -> dict[str, object]:
    pair = _compared(e, peer)
    return {
        "replacement": str(peer.id),
        "replacement_name": peer.name,
        "is_declared": peer.is_declared,
        "overlap_percent": round(peer.overlap * 100),
        "shared_business_items": list(peer.business_items),
        "shared_data_items": list(peer.data_items),
        "compared": pair and {"kind": pair[0], "own": pair[1], "other": pair[2]},
    }


def _figures(e: Evidence, peer: Peer) -> tuple[str, str]:
    shown = [*peer.business_items, *peer.data_items][:5]
    items_zh = f"（{'、'.join(shown)}）" if shown else ""
    items_en = f" ({', '.join(shown)})" if shown else ""
    share = f"{peer.overlap * 100:.0f}%"
    zh = f"与“{peer.name}”功能重合 {share}{items_zh}"
    en = f"Shares {share} of its functions with “{peer.name}”{items_en}"
    if peer.is_declared:
        zh, en = f"登记为被“{peer.name}”替代", f"Registered as replaced by “{peer.name}”"
    pair = _compared(e, peer)
    if pair:
        name_zh, name_en, unit = words.UNITS[pair[0]]
        own, other = words.number(pair[1]), words.number(pair[2])
        zh += f"，近6个月{name_zh}本系统 {own} {unit}、对方 {other} {unit}"
        en += f", {own} against {other} {name_en} in 6 months"
    return zh, en
