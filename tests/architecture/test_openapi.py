"""The API document in the repository is the one that the code gives."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from openapi_spec_validator import validate

SNAPSHOT = Path(settings.BASE_DIR) / "docs" / "api" / "openapi.yaml"
HTTP_METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document() -> str:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return OpenApiYamlRenderer().render(schema, renderer_context={}).decode()


@pytest.fixture(scope="module")
def made(document: str) -> dict[str, Any]:
    """The document, read once and by libyaml, for Python alone takes seconds for it."""
    read: dict[str, Any] = yaml.load(document, Loader=yaml.CSafeLoader)
    return read


def test_the_snapshot_is_what_the_code_gives(document: str) -> None:
    assert SNAPSHOT.read_text(encoding="utf-8") == document, "run `make openapi` and read the diff"


def test_the_document_is_valid_openapi_3_1(made: dict[str, Any]) -> None:
    assert made["openapi"].startswith("3.1")
    validate(made)


def test_every_operation_says_what_it_does_and_how_it_refuses(made: dict[str, Any]) -> None:
    silent, unrefusing = [], []
    for path, operations in made["paths"].items():
        for method in operations.keys() & HTTP_METHODS:
            operation = operations[method]
            if not operation.get("description"):
                silent.append(f"{method} {path}")
            answers = {int(status) for status in operation["responses"]}
            if not any(400 <= status < 500 for status in answers):
                unrefusing.append(f"{method} {path}")
    assert (silent, unrefusing) == ([], [])


def test_a_body_that_is_a_file_cannot_be_left_out(made: dict[str, Any]) -> None:
    """An endpoint that takes files refuses a call without one, and says so before."""
    optional, files = [], 0
    for path, operations in made["paths"].items():
        for method in operations.keys() & HTTP_METHODS:
            body = operations[method].get("requestBody", {})
            shapes = [kind["schema"] for kind in body.get("content", {}).values()]
            if any(shape.get("format") == "binary" for shape in shapes):
                files += 1
                optional += [] if body.get("required") else [f"{method} {path}"]
    assert optional == []
    assert files > 5


def test_every_body_has_an_example(made: dict[str, Any]) -> None:
    """A stranger copies the example and it is a body of the right shape."""
    without = []
    for path, operations in made["paths"].items():
        for method in operations.keys() & HTTP_METHODS:
            content = operations[method].get("requestBody", {}).get("content", {})
            shape = content.get("application/json")
            if shape and shape["schema"].get("format") != "binary" and "examples" not in shape:
                without.append(f"{method} {path}")
    assert without == []
