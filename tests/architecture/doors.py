"""Every door that takes what others send: those of the API are told by its document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.core.files.uploadedfile import SimpleUploadedFile
from drf_spectacular.generators import SchemaGenerator

from accounts.documents import PDF, XLSX
from accounts.register.columns import FORM
from tests.architecture.authorisation import ROLES, TABLE
from tests.architecture.bad_input import (
    ARROW,
    CSV,
    JSON,
    JSON_LD,
    NDJSON,
    PARQUET,
    RDF_XML,
    TURTLE,
    Bad,
    Sample,
)
from tests.architecture.endpoints import Endpoint, endpoints
from tests.architecture.fuzzing import _ANY
from tests.architecture.safety import URLENCODED
from tests.architecture.scene import PLACES, Scene
from tests.portal import browser_of

_TITLES = {column.name: column.title for column in FORM}
SYSTEMS = (_TITLES["name"], _TITLES["function"]), ("新系统", "办理业务")
ENTRIES = ("信息资源名称", "信息项名称"), ("登记信息", "姓名")
FACTS = ("kind", "at", "number"), ("login", "2026-01-31", "5")
RECORDS = ("code", "name"), ("110109", "示例县")
NONE = (), ()
_FORMATS = {
    CSV: "csv",
    XLSX: "excel",
    JSON: "json",
    RDF_XML: "rdf",
    TURTLE: "turtle",
    JSON_LD: "jsonld",
}


@dataclass(frozen=True)
class JsonDoor:
    """An endpoint that takes JSON, a client that may, and a body that would be taken."""

    name: str
    method: str
    address: str
    client: Any
    body: Any

    def send(self, body: bytes) -> Any:
        """The answer to these bytes."""
        headers = {"If-Match": '"1"', "X-Purpose": "核对"}
        send = self.client.generic
        return send(self.method.upper(), self.address, body, content_type=JSON, headers=headers)


def body_types() -> dict[str, list[str]]:
    """By endpoint: the media types of the bodies that the API document says it takes."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    names = {(each.method, _ANY.sub("*", f"/{each.route}")): each.name for each in endpoints()}
    return {
        names[method, _ANY.sub("*", path)]: list(operation["requestBody"]["content"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if isinstance(operation, dict) and "requestBody" in operation
    }


def json_doors(scene: Scene, types: dict[str, list[str]]) -> Iterator[JsonDoor]:
    """All of them but those for whole tables, which are doors for files."""
    for endpoint in endpoints():
        if types.get(endpoint.name, [])[:1] == [JSON]:
            client = client_for(scene, endpoint)
            body = scene.bodies.get(endpoint.name, {})
            address = scene.address(endpoint.route)
            yield JsonDoor(endpoint.name, endpoint.method, address, client, body)


def client_for(scene: Scene, endpoint: Endpoint) -> Any:
    """Somebody who may; where nobody may with the scene's row, somebody."""
    for place, word in zip(PLACES, TABLE[endpoint.name], strict=True):
        if "+" in word:
            return scene.clients[ROLES[word.index("+")], place]
    return scene.clients["department_admin", "owner"]


@dataclass(frozen=True)
class FileDoor:
    """``send`` gives the answer to a file; ``sample``: heads and a row that are taken there.

    ``is_rehearsal``: its yes writes nothing, and its page says itself what is wrong with rows.
    ``takes`` names what it takes all the same, and says what it made of it.
    """

    send: Callable[[Bad], Any]
    kinds: frozenset[str]
    sample: Sample
    is_rehearsal: bool = False
    takes: frozenset[str] = frozenset()


class Files:
    """The doors for files: those of the API by their endpoints' names, then those of pages."""

    def __init__(self, scene: Scene) -> None:
        self.scene, clients = scene, scene.clients
        self.admin, self.chief = clients["department_admin", "owner"], clients["authority", "owner"]
        self.system = clients["system", "owner"]
        self.steward = browser_of(scene.people["steward", "owner"])
        self.registrar = browser_of(scene.people["department_admin", "owner"])
        self.dataset = scene.ids["datasets"]

    def of_the_api(self) -> dict[str, FileDoor]:
        """Each endpoint whose document names other bodies than JSON."""
        tables = frozenset({CSV, XLSX, NDJSON})
        records = frozenset({CSV, NDJSON, JSON, PARQUET, ARROW})
        systems, facts = "/api/v1/systems/import", "/api/v1/signals?mode=atomic"
        papers = f"/api/v1/systems/{self.scene.ids['systems']}/attachments?title=a&file_name=a.pdf"
        shows = f"/api/v1/objections/{self.scene.ids['objections']}/evidence?file_name=a.pdf"
        asker = self.scene.clients["steward", "grantee"]
        batches = f"/api/v1/datasets/{self.dataset}/batches?kind=changes"
        return {
            "batch-list POST": FileDoor(self.raw(self.system, batches), records, RECORDS),
            "catalog-import-list POST": FileDoor(
                self.catalogue, frozenset(_FORMATS), ENTRIES, takes=frozenset({"a head twice"})
            ),
            "objection-evidence POST": FileDoor(self.raw(asker, shows), frozenset({PDF}), NONE),
            "signal POST": FileDoor(self.raw(self.admin, facts), tables, FACTS),
            "system-attachment-list POST": FileDoor(
                self.raw(self.admin, papers), frozenset({PDF}), NONE
            ),
            "system-import POST": FileDoor(
                self.raw(self.admin, systems), frozenset({CSV, XLSX}), SYSTEMS
            ),
            "upload-detail PATCH": FileDoor(self.parts("patch"), records, RECORDS),
            "upload-detail PUT": FileDoor(self.parts("put"), records, RECORDS),
            **{
                f"oauth-{deed} POST": FileDoor(
                    self.raw(self.scene.clients["system", "owner"], f"/api/v1/oauth/{deed}"),
                    frozenset({URLENCODED}),
                    NONE,
                )
                for deed in ("introspect", "revoke", "token")
            },
        }

    def of_pages(self) -> dict[str, FileDoor]:
        """Each page with a field for a file."""
        documents = f"/systems/{self.scene.ids['systems']}/edit/documents"
        marked = "/api/v1/systems/import?answer=workbook"
        register = self.form(self.registrar, "/systems/import", "form")
        catalogue = self.form(self.steward, "/imports/new", "file", source="a", standing="draft")
        papers = self.form(self.registrar, documents, "document", title="a")
        tables = frozenset({CSV, XLSX})
        return {
            "the register": FileDoor(register, tables, SYSTEMS, is_rehearsal=True),
            "the register, marked": FileDoor(
                self.raw(self.admin, marked), frozenset({XLSX}), SYSTEMS, is_rehearsal=True
            ),
            # The format is told by the bytes.
            "the catalogue": FileDoor(
                catalogue,
                frozenset(_FORMATS),
                ENTRIES,
                takes=frozenset({"a head twice", "a table called a workbook"}),
            ),
            # A workbook is read by its rows, whatever it says of its size.
            "publishing": FileDoor(
                self.publishing,
                frozenset({*tables, NDJSON, JSON, PARQUET, ARROW}),
                RECORDS,
                takes=frozenset({"a table called a workbook", "declares half a gigabyte"}),
            ),
            "documents": FileDoor(papers, frozenset({PDF}), NONE),
        }

    def raw(self, client: Any, address: str) -> Callable[[Bad], Any]:
        """The file as the body."""

        def send(bad: Bad) -> Any:
            headers = {"Content-Encoding": bad.coding} if bad.coding else {}
            return client.post(address, data=bad.body, content_type=bad.kind, headers=headers)

        return send

    def form(self, browser: Any, address: str, field: str, **values: str) -> Callable[[Bad], Any]:
        """The file in a page's form."""

        def send(bad: Bad) -> Any:
            file = SimpleUploadedFile("a.pdf", bad.body, bad.kind)
            return browser.post(address, {field: file, **values})

        return send

    def catalogue(self, bad: Bad) -> Any:
        """Handed in, and checked, which reads it."""
        kind = _FORMATS[bad.kind.partition(";")[0]]
        address = f"/api/v1/catalog-imports?source=a&format={kind}"
        taken = self.raw(self.chief, address)(bad)
        if taken.status_code != 201:
            return taken
        return self.chief.post(f"/api/v1/catalog-imports/{taken.json()['id']}/check", {})

    def parts(self, method: str) -> Callable[[Bad], Any]:
        """Announced, sent as one part, and finished, which publishes."""
        uploads = f"/api/v1/datasets/{self.dataset}/uploads"

        def send(bad: Bad) -> Any:
            told = {"kind": "changes", "content_type": bad.kind, "size": len(bad.body)}
            coding = {"content_encoding": bad.coding} if bad.coding else {}
            begun = self.system.post(uploads, {**told, **coding})
            if begun.status_code != 201:
                return begun
            address, headers = f"{uploads}/{begun.json()['id']}", {"Upload-Offset": "0"}
            sent = getattr(self.system, method)(
                address, bad.body, content_type="application/octet-stream", headers=headers
            )
            return self.system.post(f"{address}/finish", {}) if sent.status_code == 204 else sent

        return send

    def publishing(self, bad: Bad) -> Any:
        """Sent, looked at, and confirmed all the same."""
        address = f"/datasets/{self.dataset}/publish"
        sent = self.form(self.steward, address, "body", kind="changes")(bad)
        if sent.status_code != 302:
            return sent
        looked = self.steward.get(sent["Location"])
        assert looked.status_code < 500, (quote(bad.name), looked.content[:300])
        return self.steward.post(f"{sent['Location']}/confirm")
