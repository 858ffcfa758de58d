"""Pages of JSON from an interface: how the next one is asked for, and the records in each."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import httpx2

from exchange.dataplane.connectors.base import Place
from exchange.dataplane.connectors.file_formats import parse_record
from exchange.dataplane.errors import Terminal, Transient

MOST_PAGES = 100_000
MOST_PAGE_BYTES = 32 * 1024 * 1024
Kind = Literal["none", "page", "offset", "next", "cursor"]


@dataclass(frozen=True)
class Paging:
    """How an interface gives its pages.

    ``page`` counts pages from ``first``, ``offset`` counts records, ``cursor`` sends back what
    stands at ``pointer`` in the answer, ``next`` goes to the link that stands there. ``parameter``
    bears the number or cursor, ``size_parameter`` the page's size.
    """

    kind: Kind = "none"
    parameter: str = "page"
    first: int = 1
    size_parameter: str = ""
    size: int = 500
    pointer: str = ""


@dataclass(frozen=True)
class Interface:
    """One JSON interface: its address, where the records stand, its paging and its headers.

    ``records`` is a JSON pointer (RFC 6901), empty for an answer that is the list itself.
    """

    url: str
    records: str = ""
    paging: Paging = field(default_factory=Paging)
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    since_parameter: str = ""

    def address(self, table: str) -> str:
        """The address of one list: ``table`` is a path below the interface's, or empty."""
        if not table or table == "/":
            return self.url
        if table.startswith("//") or "://" in table or ".." in table.split("/"):
            raise Terminal("pattern-invalid", "Name a path below the address, such as /people.")
        return self.url.rstrip("/") + "/" + table.lstrip("/")


@dataclass(frozen=True)
class Page:
    """The records of one page and the place after it; None if it is the last."""

    records: list[dict[str, Any]]
    size: int
    next: Place | None


def pages(
    client: httpx2.Client,
    interface: Interface,
    table: str,
    place: Place | None,
    extra: dict[str, str],
) -> Iterator[Page]:
    """The pages from a place on; a page that comes twice is Terminal ``paging-loop``."""
    address = interface.address(table)
    here = _first(interface.paging) if place is None else place
    before = ""
    for _ in range(MOST_PAGES):
        url, params = _asked(interface.paging, address, here)
        body = _get(client, url, {**params, **extra}, interface.headers)
        digest = hashlib.sha256(body).hexdigest()
        answer = _parse(body)
        records = _records(answer, interface.records)
        if records and digest == before:
            raise Terminal(
                "paging-loop", "The interface gives the same page again: check the paging options."
            )
        before = digest
        after = _next(interface.paging, answer, here, records, address)
        yield Page(records, len(body), after)
        if after is None:
            return
        here = after
    raise Terminal("too-many-pages", f"The interface gives more than {MOST_PAGES} pages.")


def pointed(answer: Any, pointer: str) -> Any:
    """What stands at a JSON pointer; None if nothing does."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(answer, dict):
            answer = answer.get(name)
        elif isinstance(answer, list) and name.isdecimal() and int(name) < len(answer):
            answer = answer[int(name)]
        else:
            return None
    return answer


def _first(paging: Paging) -> Place:
    start = {"page": paging.first, "offset": 0}.get(paging.kind)
    return {"at": start}


def _asked(paging: Paging, address: str, here: Place) -> tuple[str, dict[str, str]]:
    at = here.get("at") if isinstance(here, dict) else None
    params = {paging.size_parameter: str(paging.size)} if paging.size_parameter else {}
    if paging.kind == "next" and at is not None:
        return str(at), {}
    if at is not None:
        params[paging.parameter] = str(at)
    return address, params


def _next(
    paging: Paging, answer: Any, here: Place, records: list[dict[str, Any]], address: str
) -> Place | None:
    if not records or paging.kind == "none":
        return None
    if paging.kind in ("page", "offset"):
        if paging.size_parameter and len(records) < paging.size:
            return None
        step = 1 if paging.kind == "page" else len(records)
        return {"at": int(here["at"]) + step}
    found = pointed(answer, paging.pointer)
    if found in (None, "", False):
        return None
    if paging.kind == "cursor":
        return {"at": str(found)}
    return {"at": _same_origin(urljoin(address, str(found)), address)}


def _same_origin(link: str, address: str) -> str:
    there, here = urlsplit(link), urlsplit(address)
    if (there.scheme, there.netloc) != (here.scheme, here.netloc):
        raise Terminal("egress-denied", "The link to the next page leads to another server.")
    return link


def _get(client: httpx2.Client, url: str, params: dict[str, str], headers: dict[str, str]) -> bytes:
    whole = httpx2.URL(url)
    if params:
        whole = whole.copy_merge_params(params)
    try:
        with client.stream("GET", whole, headers=headers) as answer:
            _check(answer.status_code)
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > MOST_PAGE_BYTES:
                    raise Terminal(
                        "page-too-large",
                        f"A page has more than {MOST_PAGE_BYTES} bytes: ask for smaller pages.",
                    )
            return body
    except httpx2.TimeoutException:
        raise Transient("timeout", "The interface did not answer in time.") from None
    except httpx2.HTTPError:
        raise Transient("connection-lost", "The connection to the interface was lost.") from None


def _check(status: int) -> None:
    if 200 <= status < 300:
        return
    if status in (401, 403, 407):
        raise Terminal("login-refused", f"The interface refused the credential ({status}).")
    if status in (404, 405, 410):
        raise Terminal("source-mismatch", f"There is nothing to read at this path ({status}).")
    if status in (408, 425, 429) or status >= 500:
        raise Transient("source-busy", f"The interface is not able to answer now ({status}).")
    if 300 <= status < 400:
        raise Terminal("redirected", "The interface redirects: register the final address.")
    raise Terminal("source-refused", f"The interface refused the request ({status}).")


def _parse(body: bytes) -> Any:
    # Wrapped, so that one reader with its rules on numbers serves lists and objects.
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Terminal("source-encoding", "The answer is not in UTF-8.") from None
    return parse_record(f'{{"answer":{text}}}', "the answer")["answer"]


def _records(answer: Any, pointer: str) -> list[dict[str, Any]]:
    found = pointed(answer, pointer)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Terminal(
            "source-unreadable",
            f"There is no list of records at {pointer or 'the top'} of the answer.",
        )
    return found
