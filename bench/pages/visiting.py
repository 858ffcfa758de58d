"""Every page that a person finds from the home page, one of each kind, as the server makes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from urllib.parse import urlsplit

from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.actions.sessions import open_token
from accounts.backends import BACKEND
from accounts.models import SessionToken, User
from accounts.signins import SIGN_IN as SIGN_IN_ROW

SIGN_IN = "/sign-in"
Clock = Callable[[], float]
CLOCKS: dict[str, Clock] = {"wall": perf_counter, "processor": process_time}
_MOST = 150
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)\d+(?=/|$)")
_NO_PAGES = ("as=", "/export", "/template", "/documents/", "/api/", "/static/", "/sign-out")
# What is read through a cursor is asked for at once when it is timed.
_CURSOR = re.compile(r"^DECLARE .*? FOR ", re.DOTALL)
_FILE = re.compile(r"\.(jsonld|ttl|rdf|json|xml|csv|xlsx|yaml)$")


@dataclass(frozen=True)
class Cost:
    """A page's milliseconds, those of its statements alone and of the sign-in page beside it."""

    page_ms: float
    sql_ms: float
    sign_in_ms: float
    queries: int
    size: int

    @property
    def ratio(self) -> float:
        """Against the sign-in page and the page's own bare statements."""
        return self.page_ms / (self.sign_in_ms + self.sql_ms)


def browser_of(username: str = "") -> Client:
    """A browser in which this person signed in, or nobody."""
    client = Client(HTTP_HOST="localhost")
    if not username:
        return client
    user = User.objects.get(username=username)
    client.force_login(user, backend=BACKEND)
    request = RequestFactory().get("/")
    token, _secret = open_token(user, request=request, kind=SessionToken.Kind.PORTAL)
    session = client.session
    session[SIGN_IN_ROW] = str(token.pk)
    session.save()
    return client


def kind_of(address: str) -> str:
    """Pages of one kind have the same name."""
    return _ID.sub("<id>", urlsplit(address).path)


def pages_of(client: Client) -> dict[str, str]:
    """An address of each kind of page that leads from the home page."""
    found: dict[str, str] = {}
    waiting = ["/"]
    while waiting and len(found) < _MOST:
        address = waiting.pop(0)
        if kind_of(address) in found:
            continue
        answer = client.get(address)
        is_page = "html" in answer.get("Content-Type", "")
        if answer.status_code != 200 or not is_page:
            continue
        found[kind_of(address)] = address
        waiting += _links(answer.content.decode())
    return found


def cost_of(client: Client, address: str, rounds: int, clock: Clock = perf_counter) -> Cost:
    """The medians of ``rounds`` visits, each followed by its statements alone and by a visit of
    the sign-in page, so that whatever else the machine does falls on all.

    By ``process_time`` a page is its own work and the time of its statements.
    """
    stranger = browser_of()
    client.get(address)
    stranger.get(SIGN_IN)
    pages, bare, entrance = [], [], []
    with CaptureQueriesContext(connection) as made:
        size = len(client.get(address).content)
    statements = [_CURSOR.sub("", query["sql"]) for query in made.captured_queries]
    for _ in range(rounds):
        pages.append(_timed_page(client, address, clock))
        bare.append(_timed_statements(statements))
        entrance.append(_timed_page(stranger, SIGN_IN, clock))
    if clock is process_time:
        pages = [page + statement for page, statement in zip(pages, bare, strict=True)]
    return Cost(median(pages), median(bare), median(entrance), len(statements), size)


def _timed_page(client: Client, address: str, clock: Clock) -> float:
    started = clock()
    answer = client.get(address)
    taken = 1000 * (clock() - started)
    assert answer.status_code == 200, f"{address} answered {answer.status_code}"
    return taken


def _timed_statements(statements: list[str]) -> float:
    """As they were sent, without Django between: on the driver's own connection."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        started = perf_counter()
        for statement in statements:
            cursor.execute(statement)
            if cursor.description:
                cursor.fetchall()
        return 1000 * (perf_counter() - started)


def _links(text: str) -> list[str]:
    found = re.findall(r'<a [^>]*?href="(/[^"#]*)', text)
    return [
        link.replace("&amp;", "&")
        for link in found
        if not any(part in link for part in _NO_PAGES) and not _FILE.search(urlsplit(link).path)
    ]
