#!/usr/bin/env python3
"""Verify the evidence of a platform with nothing but its public key.

    python verify_evidence.py export FOLDER --keys keys.txt [--checkpoints MY_COPY]
    python verify_evidence.py receipt RECEIPT.json --keys keys.txt

This file stands alone: it needs Python 3.11 and the package `cryptography`, and imports nothing of
the platform. The platform verifies itself with the same functions. Exit code 0: sound; 1: not
sound, the first bad entry is named; 2: it could not be looked at. docs/security/evidence.md
describes the formats.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

CHECKPOINT, EXPORT, RECEIPT = "shuqiao-checkpoint-1", "shuqiao-export-1", "shuqiao-receipt-1"
SCHEME = "ed25519"
# What is signed begins with this, so that no signature serves another purpose.
SIGNED = b"shuqiao evidence\n"
# What the first block of a ledger is chained to.
GENESIS = "0" * 64
# The members of a checkpoint that the block's digest covers.
HEADER = ("algorithm", "at", "entries", "ids", "ledger", "number", "previous", "root")
# Bytes of each leaf that a checkpoint repeats, so that a wrong entry is found by itself.
MARK = 4
MOST_ENTRIES = 100_000
MANIFEST = "export.json"

Hash = Callable[[bytes], bytes]
Keys = dict[str, Ed25519PublicKey]


class Unsound(Exception):
    """The first place where the evidence is not as it was sealed."""

    def __init__(
        self, reason: str, *, ledger: str = "", block: int | None = None, entry: int | None = None
    ) -> None:
        super().__init__(reason)
        self.reason, self.ledger, self.block, self.entry = reason, ledger, block, entry


class Unreadable(Exception):
    """What was given is no evidence, or lacks what is needed to look at it."""


# --- Bytes, digests, trees ------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no blanks, UTF-8, and no escapes but the necessary ones."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def hash_of(algorithm: str) -> Hash:
    """The hash function of this name, of 32 bytes."""
    if algorithm == "sha256":
        return lambda content: hashlib.sha256(content).digest()
    if algorithm == "sm3":
        try:
            hashlib.new("sm3")
        except ValueError:
            raise Unreadable("the OpenSSL of this Python has no SM3; use another one") from None
        return lambda content: hashlib.new("sm3", content).digest()
    raise Unreadable(f"the hash function {algorithm!r} is not known")


def leaf_of(content: bytes, hashed: Hash) -> bytes:
    """The leaf of an entry (RFC 9162, 2.1.1)."""
    return hashed(b"\0" + content)


def tree_above(level: list[bytes], hashed: Hash) -> list[bytes]:
    """The nodes one level nearer to the root; a last one without a pair goes up as it is."""
    pairs = [hashed(b"\1" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return pairs + level[-1:] if len(level) % 2 else pairs


def tree_root(leaves: list[bytes], hashed: Hash) -> bytes:
    """The root of the Merkle tree over one leaf or more (RFC 9162, 2.1.1)."""
    while len(leaves) > 1:
        leaves = tree_above(leaves, hashed)
    return leaves[0]


def root_by_path(
    leaf: bytes, place: int, size: int, path: Sequence[bytes], hashed: Hash
) -> bytes | None:
    """The root to which a path leads; None where it is too short or too long for the tree."""
    node, left = leaf, list(path)
    while size > 1:
        if place % 2 or place + 1 < size:
            if not left:
                return None
            beside = left.pop(0)
            node = hashed(b"\1" + (beside + node if place % 2 else node + beside))
        place, size = place // 2, (size + 1) // 2
    return None if left else node


def block_digest(header: dict[str, Any]) -> str:
    """The digest of a block, over its header and so over everything before it."""
    told = {name: header[name] for name in HEADER}
    return hash_of(header["algorithm"])(b"\2" + canonical(told)).hex()


# --- Signatures -----------------------------------------------------------------------------


def key_id(raw: bytes) -> str:
    """How a public key is called in what was signed with it."""
    return f"{SCHEME}:{hashlib.sha256(raw).hexdigest()[:16]}"


def read_keys(text: str) -> Keys:
    """Public keys by their ids, from lines ``ed25519.public:BASE64``."""
    keys: Keys = {}
    for word in text.split():
        scheme, _, body = word.partition(":")
        try:
            if scheme != f"{SCHEME}.public":
                raise ValueError
            raw = b64decode(body, validate=True)
            keys[key_id(raw)] = Ed25519PublicKey.from_public_bytes(raw)
        except ValueError:
            raise Unreadable("the keys are lines ed25519.public:BASE64, and no other") from None
    if not keys:
        raise Unreadable("there is no public key to verify with")
    return keys


def is_signed(statement: dict[str, Any], keys: Keys) -> bool:
    """Whether one of the keys signed this statement."""
    key = keys.get(str(statement.get("key")))
    told = {name: value for name, value in statement.items() if name != "signature"}
    if key is None:
        return False
    try:
        key.verify(b64decode(statement["signature"], validate=True), SIGNED + canonical(told))
    except (InvalidSignature, ValueError, TypeError, KeyError):
        return False
    return True


# --- One ledger -----------------------------------------------------------------------------


class Chain:
    """The blocks of one ledger in order, as far as they were found sound."""

    def __init__(self, ledger: str, keys: Keys, known: dict[int, str] | None = None) -> None:
        # Digests by block that the verifier knows from elsewhere.
        self.ledger, self.keys, self.known = ledger, keys, known or {}
        self.blocks, self.entries, self.signed = 0, 0, 0
        self.digest, self.at, self.last = GENESIS, "", 0

    def take(
        self,
        line: dict[str, Any],
        contents: Sequence[bytes],
        *,
        following: bytes | None = None,
        signed: bool = True,
    ) -> None:
        """The next block with the canonical bytes of its entries; Unsound if it does not fit.

        ``following`` is the entry behind them, where they come from a file of all. Without
        ``signed`` it is a block that no checkpoint covers yet.
        """
        self._check_header(line, signed=signed)
        self._check_entries(line, contents, following)
        self.blocks, self.entries = line["number"], self.entries + line["entries"]
        self.signed += signed
        self.digest, self.at, self.last = line["digest"], line["at"], line["ids"][-1][1]

    def bad(self, reason: str, block: int | None = None, entry: int | None = None) -> Unsound:
        """What is wrong, in this ledger."""
        return Unsound(reason, ledger=self.ledger, block=block, entry=entry)

    def _check_header(self, line: dict[str, Any], *, signed: bool) -> None:
        block = self.blocks + 1
        if not is_header(line, self.ledger):
            raise self.bad(f"what stands for block {block} is no checkpoint", block)
        first = line["ids"][0][0]
        if line["number"] != block:
            raise self.bad(f"block {block} has no checkpoint", block)
        if signed and not (line.get("format") == CHECKPOINT and is_signed(line, self.keys)):
            reason = f"the checkpoint of block {block} is not signed with a key that was given"
            raise self.bad(reason, block, first)
        if line["previous"] != self.digest:
            raise self.bad(f"block {block} does not follow from the one before", block, first)
        if line["digest"] != block_digest(line):
            raise self.bad(f"the digest of block {block} is not that of its header", block, first)
        if self.known.get(block, line["digest"]) != line["digest"]:
            raise self.bad(f"block {block} is another one than mine: recomputed", block, first)

    def _check_entries(
        self, line: dict[str, Any], contents: Sequence[bytes], following: bytes | None
    ) -> None:
        hashed, number = hash_of(line["algorithm"]), line["number"]
        leaves = [leaf_of(content, hashed) for content in contents]
        if len(leaves) == line["entries"] and tree_root(leaves, hashed).hex() == line["root"]:
            return
        ids, raw = _numbers(line["ids"]), b64decode(line["marks"])
        marks = [raw[start : start + MARK] for start in range(0, len(raw), MARK)]
        if following is not None:
            leaves.append(leaf_of(following, hashed))
        for place, entry in enumerate(ids):
            if place >= len(contents):
                raise self.bad(f"entry {entry} was deleted", number, entry)
            if leaves[place][:MARK] == marks[place]:
                continue
            other = _id_of(contents[place])
            if other != entry and other in ids[place + 1 :]:
                raise self.bad(f"entry {entry} was deleted or moved", number, entry)
            if place + 1 < len(leaves) and leaves[place + 1][:MARK] == marks[place]:
                raise self.bad(f"entry {other} was put in before {entry}", number, other)
            raise self.bad(f"entry {entry} was edited", number, entry)
        raise self.bad(f"the root of block {number} is not that of its entries", number, ids[0])


def is_header(line: Any, ledger: str) -> bool:
    """Whether it has the members of a block's header, each of its kind."""
    if not isinstance(line, dict) or line.get("ledger") != ledger:
        return False
    texts = ("algorithm", "at", "previous", "root", "digest", "marks")
    if not all(isinstance(line.get(name), str) for name in texts):
        return False
    if not all(type(line.get(name)) is int for name in ("number", "entries")):
        return False
    try:
        pairs = [(first, last) for first, last in line["ids"]]
        flat = [number for pair in pairs for number in pair]
        ordered = all(type(number) is int for number in flat) and flat == sorted(flat)
        counted = sum(last - first + 1 for first, last in pairs)
        long = len(b64decode(line["marks"], validate=True)) == MARK * counted
    except (TypeError, ValueError, KeyError):
        return False
    return ordered and long and counted == line["entries"] and 0 < counted <= MOST_ENTRIES


def _numbers(ids: Iterable[Sequence[int]]) -> list[int]:
    return [number for first, last in ids for number in range(first, last + 1)]


def _id_of(content: bytes) -> int | None:
    told = _object(content).get("id")
    return told if type(told) is int else None


# --- An export ------------------------------------------------------------------------------


def verify_export(folder: Path, keys: Keys, copy: Path | None = None) -> dict[str, Chain]:
    """Recompute a whole export, ledger by ledger; Unsound at the first bad place.

    ``copy`` are checkpoints that the verifier kept itself.
    """
    manifest, chains = _read_object(folder / MANIFEST), {}
    for ledger, told in sorted((manifest.get("ledgers") or {}).items()):
        found = chains[ledger] = Chain(ledger, keys, _copied(copy, ledger, keys))
        _follow(found, folder)
        end = {"blocks": found.blocks, "entries": found.entries, "digest": found.digest}
        if told != end or max(found.known, default=0) > found.blocks:
            reason = f"there is more than these {found.blocks} blocks: cut after entry {found.last}"
            raise found.bad(reason, found.blocks + 1)
    if manifest.get("format") != EXPORT or not is_signed(manifest, keys):
        raise Unsound(f"{MANIFEST} is not signed with a key that was given")
    return chains


def _follow(found: Chain, folder: Path) -> None:
    """Take every block of a ledger with its entries."""
    with (
        (folder / f"{found.ledger}.checkpoints.ndjson").open("rb") as lines,
        (folder / f"{found.ledger}.entries.ndjson").open("rb") as file,
    ):
        entries: Iterator[bytes] = (line.rstrip(b"\n") for line in file)
        following = next(entries, None)
        for text in lines:
            line = _object(text)
            count = line.get("entries")
            more = count - 1 if type(count) is int and 0 < count <= MOST_ENTRIES else 0
            contents = [] if following is None else [following, *islice(entries, more)]
            following = next(entries, None)
            found.take(line, contents, following=following)
        if following is not None:
            other = _id_of(following)
            raise found.bad(f"entry {other} was put in after the last block", None, other)


def _copied(copy: Path | None, ledger: str, keys: Keys) -> dict[int, str]:
    """Digests by block of the checkpoints in the verifier's own copy."""
    lines = [_object(text) for text in copy.read_bytes().splitlines()] if copy else []
    own = [line for line in lines if line.get("ledger") == ledger]
    if not all(is_signed(line, keys) for line in own):
        raise Unreadable(f"{copy} holds a checkpoint that no given key signed")
    return {line["number"]: line["digest"] for line in own}


def _object(text: bytes) -> dict[str, Any]:
    """The JSON object of a line; an empty one if it is none, such as a line torn by a crash."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    return told if isinstance(told, dict) else {}


def _read_object(file: Path) -> dict[str, Any]:
    told = _object(file.read_bytes())
    if not told:
        raise Unreadable(f"{file} is not the JSON object that it should be")
    return told


# --- A receipt ------------------------------------------------------------------------------


def verify_receipt(receipt: dict[str, Any], keys: Keys) -> dict[str, Any]:
    """The entry that a receipt proves; Unsound if it proves nothing."""
    line = receipt.get("checkpoint")
    ledger = str(line.get("ledger")) if isinstance(line, dict) else ""
    if receipt.get("format") != RECEIPT or not isinstance(line, dict):
        raise Unreadable("this is no receipt")
    if not (is_header(line, ledger) and is_signed(line, keys)):
        raise Unsound("the checkpoint of the receipt is not signed with a key that was given")
    if line["digest"] != block_digest(line):
        raise Unsound("the digest of the block is not that of its header", ledger=ledger)
    hashed, content, place = hash_of(line["algorithm"]), receipt.get("entry"), receipt.get("place")
    if not (isinstance(content, str) and type(place) is int and 0 < place <= line["entries"]):
        raise Unsound("the receipt is not whole", ledger=ledger)
    number = _numbers(line["ids"])[place - 1]
    try:
        path = [bytes.fromhex(node) for node in receipt["path"]]
    except (TypeError, ValueError, KeyError):
        path = []
    leaf = leaf_of(content.encode(), hashed)
    root = root_by_path(leaf, place - 1, line["entries"], path, hashed)
    if root is None or root.hex() != line["root"] or _id_of(content.encode()) != number:
        reason = f"this is not the entry {number} that was sealed"
        raise Unsound(reason, ledger=ledger, block=line["number"], entry=number)
    return _object(content.encode())


# --- The program ----------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Look at what the command line names; the exit code is the verdict."""
    asked = _asked(arguments)
    try:
        keys = read_keys(asked.keys.read_text())
        if asked.what == "receipt":
            _say(json.dumps(verify_receipt(_read_object(asked.file), keys), ensure_ascii=False))
            return 0
        for ledger, found in verify_export(asked.file, keys, asked.checkpoints).items():
            _say(f"{ledger}: {found.entries} entries in {found.blocks} blocks up to {found.at}")
        _say("Sound.")
    except Unsound as found_bad:
        named = ("ledger", "block", "entry")
        where = [f"{name} {told}" for name in named if (told := getattr(found_bad, name))]
        _say(f"NOT SOUND. First bad place: {', '.join(where)}: {found_bad.reason}")
        return 1
    except (Unreadable, OSError) as problem:
        _say(f"It cannot be looked at: {problem}")
        return 2
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    kinds = parser.add_subparsers(dest="what", required=True)
    for name, words in (("export", "the folder of an export"), ("receipt", "a JSON file")):
        kind = kinds.add_parser(name)
        kind.add_argument("file", type=Path, help=words)
        kind.add_argument("--keys", type=Path, required=True, help="lines ed25519.public:BASE64")
    own = "checkpoints that you kept yourself"
    kinds.choices["export"].add_argument("--checkpoints", type=Path, help=own)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
