"""What the API document says of every operation, read off the views themselves."""

import re
from typing import Any, Literal

from django.core.exceptions import FieldDoesNotExist
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import ChoiceField, ListSerializer

from kernel.api import ETAG

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "code", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_REFUSALS = {
    "400": "The request cannot be read.",
    "401": "No valid credential was sent.",
    "403": "You may not do this.",
    "404": "Nothing here, or nothing that you may see.",
    "406": "No answer has the media type that is asked for.",
    "409": "It does not fit the present state.",
    "410": "It was here and will not come back.",
    "412": "It was changed since you read it.",
    "413": "It is larger than the platform takes.",
    "415": "This media type is not taken.",
    "422": "Some values are not right.",
    "428": "If-Match is missing.",
    "429": "Too many requests.",
    "503": "The platform cannot do this now; Retry-After says when.",
}


class HouseSchema(AutoSchema):
    """Reads the In and Out shapes, filters, examples and refusals from an ApiView."""

    def get_tags(self) -> list[str]:
        """The noun of the address."""
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_operation_id(self) -> str:
        """``verb_noun`` as in the action that does it."""
        noun = type(self.view).__name__.removesuffix("View").removesuffix("ViewSet").lower()
        return f"{noun}_{getattr(self.view, 'action', None) or self.method.lower()}".rstrip("_")

    def get_summary(self) -> str:
        """The first sentence of the deed's docstring."""
        told = " ".join(str(super().get_description()).split("\n\n")[0].split())
        return re.split(r"[.;:] ", told)[0].rstrip(".")

    def get_description(self) -> str:  # type: ignore[override]
        """The deed's docstring; for a list or a row with the noun's before it."""
        told = str(super().get_description())
        if getattr(self.view, "action", "") in ("list", "retrieve"):
            noun = (type(self.view).__doc__ or "").strip()
            return f"{noun} {told}".strip()
        return told

    def get_request_serializer(self) -> Any:
        """The In shape of this deed, or its ``bodies``: media type -> type."""
        deed = getattr(self.view, "action", "")
        bodies = getattr(self.view, "bodies", {})
        return bodies.get(deed) or getattr(self.view, "into", {}).get(deed)

    def get_response_serializers(self) -> Any:
        """The Out shape; a view may name another one by deed in ``answers``."""
        view: Any = self.view
        deed = getattr(view, "action", "")
        if deed in getattr(view, "answers", {}):
            return view.answers[deed]
        out = getattr(view, "out", None)
        if out is None:
            return None
        if deed == "list":
            return out(many=True)
        status = {"create": 201, "destroy": 204}.get(deed, 200)
        return {status: out} if status != 204 else {204: None}

    def _is_list_view(self, serializer: Any = None) -> bool:
        """A list's answer is rows, unless the view names one shape for all of it."""
        view: Any = self.view
        told = getattr(view, "answers", {}).get(getattr(view, "action", ""))
        if isinstance(told, dict):
            return any(isinstance(shape, ListSerializer) for shape in told.values())
        return bool(super()._is_list_view(serializer))

    def _map_serializer_field(self, field: Any, *args: Any, **kwargs: Any) -> Any:
        """A choice that a row may leave empty is also shown empty."""
        if isinstance(field, ChoiceField) and field.read_only:
            field.allow_blank = field.allow_blank or _may_be_blank(field)
        return super()._map_serializer_field(field, *args, **kwargs)  # type: ignore[no-untyped-call]

    def get_override_parameters(self) -> list[Any]:
        """Filters of the list, named parameters, and the headers that the deed takes."""
        view, made = self.view, []
        names, deed = list(getattr(view, "parameters", ())), getattr(view, "action", "")
        if deed == "list":
            names += list(getattr(view, "filters", {}))
        if deed in ("list", "retrieve") and getattr(view, "sparse", False):
            names.append("fields")
        made += [_parameter(name, "query") for name in names]
        made += [_parameter(name, "header") for name in getattr(view, "call_headers", ())]
        if self.method == "POST":
            made.append(_parameter("Idempotency-Key", "header"))
        if self._is_conditional:
            made.append(_parameter("If-Match", "header", required=True, pattern=f"^{ETAG}$"))
        return made

    def get_examples(self) -> list[Any]:
        """Examples that the view gives by deed."""
        return list(getattr(self.view, "examples", {}).get(getattr(self.view, "action", ""), []))

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """The operation, with the refusals that any of them can answer."""
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        if getattr(self.view, "action", "") in getattr(self.view, "bodies", {}):
            # A file cannot be left out; of a JSON body its shape says what must be there.
            operation["requestBody"]["required"] = True
        for status in self._refusals():
            operation["responses"].setdefault(
                status,
                {
                    "description": _REFUSALS[status],
                    "content": {
                        "application/problem+json": {
                            "schema": {"$ref": "#/components/schemas/Problem"}
                        }
                    },
                },
            )
        return operation

    @property
    def _is_conditional(self) -> bool:
        """Whether the call names the version that it changes."""
        changes = self.method in ("PUT", "PATCH", "DELETE")
        return changes and not getattr(self.view, "unconditional", False)

    def _refusals(self) -> list[str]:
        found = ["400", "401", "403", "404", "406", "409", "422", "429", "503"]
        if "{" in self.path:
            found.append("410")
        if self.method != "GET":
            found += ["413", "415"]
        if self._is_conditional:
            found += ["412", "428"]
        return sorted(found)


def add_problem(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Post-processing hook: put the Problem schema among the components."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    made: dict[str, Any] = _without_doubt(result)
    return made


def _without_doubt(part: Any) -> Any:
    """``anything, or null`` is anything: as exactly one of two, null would be neither."""
    if isinstance(part, dict):
        if part.get("oneOf") == [{}, {"type": "null"}]:
            part = {name: value for name, value in part.items() if name != "oneOf"}
        return {name: _without_doubt(value) for name, value in part.items()}
    return [_without_doubt(one) for one in part] if isinstance(part, list) else part


def _may_be_blank(field: Any) -> bool:
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    try:
        return model is not None and bool(model._meta.get_field(field.source).blank)
    except FieldDoesNotExist:
        return False


def _parameter(
    name: str, where: Literal["query", "header"], required: bool = False, pattern: str = ""
) -> Any:
    return OpenApiParameter(name, str, where, required=required, pattern=pattern or None)
