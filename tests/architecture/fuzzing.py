"""Calls made from the API document, what fits it and what does not, by every role on the scene."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from random import Random
from typing import Any
from zlib import crc32

import schemathesis
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.modes import GenerationMode
from schemathesis.generation.stateful.control import TransitionController
from schemathesis.transport.serialization import serialize_binary

from accounts.documents import XLSX
from config.wsgi import application
from tests.architecture.endpoints import endpoints
from tests.architecture.scene import NDJSON, PDF, Scene
from tests.factories.exchange import ndjson, row

# What a schema cannot say: who may, what is there, in which state, by which version, how large,
# whether the bytes are a table. A 4xx of these is no surprise for a body that fits its schema.
RULES = ["2xx", "304", "400", "401", "403", "404", "409", "410", "412", "413", "422", "429"]
REFUSED = ["400", "401", "403", "404", "405", "406", "409", "410", "412", "413", "415"]
CONFIG = {
    "generation": {"with-security-parameters": False},
    "checks": {
        "positive_data_acceptance": {"expected-statuses": RULES},
        "negative_data_rejection": {"expected-statuses": [*REFUSED, "422", "428", "429"]},
        "missing_required_header": {"expected-statuses": [*REFUSED, "422", "428"]},
    },
}
FILES = (
    *(NDJSON, "text/csv", "text/turtle", "application/ld+json", "application/rdf+xml"),
    *("application/vnd.apache.parquet", "application/vnd.apache.arrow.stream"),
    *("application/pdf", XLSX),
)
_ANY = re.compile(r"<[^>]+>|\{[^}]+\}")
_BODIES = {
    "batch-list POST": (NDJSON, ndjson([row("110102")])),
    "system-attachment-list POST": ("application/pdf", PDF + b"2"),
    "objection-evidence POST": ("application/pdf", PDF),
}
# Scenarios in a row of one caller.
_FEW = 4
_QUIET = settings(
    phases=[Phase.generate],
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)


@schemathesis.serializer(*FILES)
def _raw(context: Any, value: Any) -> dict[str, Any]:
    """Files are sent as they are."""
    return {"data": serialize_binary(value)}


class Fuzz:
    """Sends cases and keeps what they find: by operation and fault, one call that shows it."""

    def __init__(self, scene: Scene, seed: int = 0) -> None:
        self.scene, self.seed, self.dice = scene, seed, Random(seed)
        self.found: dict[str, str] = {}
        self.statuses: Counter[int] = Counter()
        document = SchemaGenerator().get_schema(request=None, public=True)
        config = SchemathesisConfig.from_dict(CONFIG)
        self.schema = schemathesis.openapi.from_dict(document, config=config)
        self.schema.app = application
        self.names = {
            (each.method.upper(), _ANY.sub("*", f"/{each.route}")): each.name
            for each in endpoints()
        }
        self.callers = {key: _headers(client) for key, client in scene.clients.items()}
        self.callers["nobody", ""] = {}
        self.order = list(self.callers)
        self.called: set[tuple[str, str]] = set()

    @property
    def sent(self) -> int:
        """Calls that were judged."""
        return self.statuses.total()

    def operations(self) -> list[Any]:
        """Every operation of the document."""
        return [result.ok() for result in self.schema.get_all_operations()]

    def play(self, operation: Any, cases: int) -> None:
        """So many cases that fit the operation or do not."""
        modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
        made = [operation.as_strategy(generation_mode=mode) for mode in modes]
        try:
            self._given(operation.label, st.one_of(*made), cases)
        except Unsatisfiable:
            self._given(operation.label, made[0], cases)

    def _given(self, label: str, strategy: Any, cases: int) -> None:
        chosen = settings(_QUIET, max_examples=cases)

        @seed(self.seed + crc32(label.encode()))
        @chosen
        @given(case=strategy)
        def each(case: Any) -> None:
            self.call(case)

        each()

    def edges(self, operation: Any, cases: int) -> None:
        """So many cases at the edges of the operation's values, headers and methods."""
        config = self.schema.config.generation_for(operation=operation, phase="coverage")
        found = self.schema.iter_coverage_cases(
            operation,
            generation_modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
            generation_config=config,
        )
        pool = list(islice(found, 400))
        for case in self.dice.sample(pool, min(cases, len(pool))):
            self.call(case)

    def call(self, case: Any) -> None:
        """One case by the next caller, judged by all checks; what it did is undone."""
        headers = self.callers[self._next_caller()]
        self.aim(case)
        with undone():
            self.judge(case, case.call(headers=headers), headers=headers)

    def judge(self, case: Any, response: Any, **sent: Any) -> None:
        """Note what the checks say of the answer."""
        self.statuses[response.status_code] += 1
        try:
            case.validate_response(response, **sent)
        except FailureGroup as group:
            for failure in group.exceptions:
                title = f"{case.operation.label}: {failure.title}"
                shown = f"{failure.message}\n{case.as_curl_command()}\n{response.text[:600]}"
                self.found.setdefault(title, shown)

    def aim(self, case: Any) -> None:
        """Most cases go to what the scene has: an address of it, a version, a body it takes."""
        dice = self.dice
        path = case.operation.full_path if hasattr(case.operation, "full_path") else case.path
        name = self.names.get((case.method, _ANY.sub("*", path)))
        if dice.random() < 0.85:
            case.path_parameters = {**case.path_parameters, **self._places(path)}
        if "If-Match" in case.headers and dice.random() < 0.7:
            case.headers["If-Match"] = '"1"'
        if name and dice.random() < 0.5:
            self._dress(case, name)

    def _dress(self, case: Any, name: str) -> None:
        """The scene's body with at most one member of the case's own."""
        if name in _BODIES:
            case.media_type, case.body = _BODIES[name]
            return
        body = self.scene.bodies.get(name)
        if body is None or case.media_type != "application/json":
            return
        own = case.body if isinstance(case.body, dict) else {}
        kept = self.dice.sample(sorted(own, key=str), min(1, len(own)))
        case.body = {**body, **{member: own[member] for member in kept}}

    def _places(self, path: str) -> dict[str, str]:
        """The scene's ids for the parameters of the address."""
        try:
            known = self.scene.address(path.replace("{", "<").replace("}", ">").strip("/"))
        except KeyError:
            return {}
        parts = zip(path.split("/"), known.split("/"), strict=True)
        return {part[1:-1]: value for part, value in parts if part.startswith("{")}

    def _next_caller(self) -> Any:
        self.order.append(self.order.pop(0))
        self.called.add(self.order[0])
        return self.order[0]


class _Onward(TransitionController):
    """Begins with a list, and goes on from what one held for as long as that leads anywhere.

    Left alone, most scenarios would begin again and again with what is refused.
    """

    def allow_root_transition(self, source: str, bundles: Any) -> bool:
        """Whether this call may be made that no answer led to."""
        return source.startswith("GET ") and not any(
            self.allow_transition(source, link.target.label)
            for source in self.productive_roots
            for link in self.transitions.operations[source].outgoing
        )


class Walk:
    """Scenarios: what one call answered is where the next goes; each is undone as a whole."""

    def __init__(self, fuzz: Fuzz) -> None:
        self.fuzz = fuzz
        self.headers: dict[str, str] = {}
        self.followed = 0

    def play(self, scenarios: int, steps: int) -> None:
        """So many scenarios of at most so many calls, a few by each caller in turn."""
        fuzz, walk = self.fuzz, self
        machine = fuzz.schema.as_state_machine()

        class Scenario(machine):  # type: ignore[misc, valid-type]
            def setup(self) -> None:
                self.control = _Onward(self._transitions, self._root_labels)
                self.point = transaction.savepoint()

            def teardown(self) -> None:
                transaction.savepoint_rollback(self.point)

            def get_call_kwargs(self, case: Any) -> dict[str, Any]:
                return {"headers": walk.headers}

            def step(self, given: Any) -> Any:
                walk.begin(given)
                return super().step(given)

            def validate_response(self, response: Any, case: Any, **kwargs: Any) -> None:
                fuzz.judge(
                    case,
                    response,
                    transport_kwargs=kwargs,
                    headers=walk.headers,
                    recorder=self.recorder,
                )

        # The first of each few is the simplest there is, so it begins elsewhere each time.
        chosen = settings(_QUIET, max_examples=_FEW, stateful_step_count=steps)
        for number in range(-(-scenarios // _FEW)):
            self.headers = fuzz.callers[fuzz._next_caller()]
            Scenario.rule_order_seed = fuzz.seed * 1000 + number
            Scenario._hypothesis_internal_use_seed = Scenario.rule_order_seed
            Scenario.run(settings=chosen)

    def begin(self, given: Any) -> None:
        """A call to which no earlier answer led is aimed at what the scene has."""
        if given.applied_parameters:
            self.followed += 1
            return
        self.fuzz.aim(given.case)
        # What a list is asked for leads nowhere as a rule.
        if self.fuzz.dice.random() < 0.8:
            given.case.query = {}


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside leaves no trace in the database."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def _headers(client: Any) -> dict[str, str]:
    """The client's credentials as headers: ``HTTP_X_ACTING_DEPARTMENT`` is X-Acting-Department."""
    held = client._credentials.items()
    return {name.removeprefix("HTTP_").replace("_", "-").title(): value for name, value in held}
