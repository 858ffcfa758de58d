"""What every API view is built of: strict bodies, In and Out shapes, ETags, pages, idempotency."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from kernel import idempotency
from kernel.errors import Invalid, Malformed, NotFound, Unconditional
from kernel.paging import KeysetPages
from kernel.rows import fetch

ETAG = r'(?:W/)?"(\d{1,9})"'
# What Django puts in place of bytes that are no UTF-8.
REPLACED = "\ufffd"
# Fields that are named where a body has fields that there are not.
MOST_UNKNOWN = 100


class UnknownParameter(Malformed):
    """A query parameter that this address does not take."""

    code = "unknown-parameter"
    title = "This address does not take that parameter"


class In(serializers.Serializer[Any]):
    """A body's shape; a field that it does not name is refused."""

    def to_internal_value(self, data: Any) -> Any:
        """The checked values."""
        if isinstance(data, dict):
            self._refuse_numbers(data)
            unknown = sorted(set(data) - set(self.fields))[:MOST_UNKNOWN]
            if unknown:
                known = ", ".join(self.fields) or "none"
                raise serializers.ValidationError(
                    {
                        name: serializers.ErrorDetail(
                            f"there is no such field; the fields are: {known}", "unknown-field"
                        )
                        for name in unknown
                    }
                )
        return super().to_internal_value(data)

    def _refuse_numbers(self, data: dict[str, Any]) -> None:
        """A number would be taken for the id that it counts to, and false for the first."""
        for name, field in self.fields.items():
            if isinstance(getattr(field, "child", field), serializers.UUIDField):
                sent = data.get(name)
                if any(
                    isinstance(one, int) for one in (sent if isinstance(sent, list) else [sent])
                ):
                    raise serializers.ValidationError({name: "must be an id as it was given"})


class ReasonIn(In):
    """Why the step is taken."""

    reason = serializers.CharField(max_length=400)


class ApiView(viewsets.GenericViewSet[Any]):
    """Base of the API's views: each deed reads, fetches, acts and shows, in four lines.

    A subclass names its ``model`` (whose manager has ``visible_to``), the ``out`` shape, the
    ``into`` shapes by deed, and the ``filters`` that its list takes: parameter -> column (empty:
    the view filters by it itself).
    """

    model: type[models.Model]
    out: type[serializers.BaseSerializer[Any]]
    into: dict[str, type[serializers.Serializer[Any]]] = {}
    filters: dict[str, str] = {}
    parameters: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    own_idempotency = False
    # Whether ``fields=a,b`` narrows what a list or a row shows; its id is always there.
    sparse = False
    pagination_class = KeysetPages
    lookup_value_regex = "[^/]+"

    @property
    def actor(self) -> Any:
        """Who acts."""
        return self.request.user

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check who calls, then the parameters, then answer a repeated POST from the store."""
        super().initial(request, *args, **kwargs)
        if self.action:
            self._check_parameters(request)
        if request.method == "POST" and self.action and not self.own_idempotency:
            key = idempotency.read_key(request)
            if key and self.actor.is_authenticated:
                scope, hidden = self.actor.scope, self.hidden
                self.post: Callable[..., Response] = partial(
                    idempotency.once, self.post, scope=scope, key=key, hidden=hidden
                )

    def _check_parameters(self, request: Request) -> None:
        known = set(self.parameters)
        if self.action == "list":
            known |= {"limit", "cursor", *self.filters}
        if self._is_sparse():
            known.add("fields")
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            names = ", ".join(sorted(known)) or "none"
            raise UnknownParameter(f"{unknown[0]!r}; the parameters here are: {names}")
        for name, value in request.query_params.items():
            if "\0" in value:
                raise Invalid.field(name, "holds a NUL character; remove it")
            if REPLACED in value:
                raise Invalid.field(name, "holds what cannot be read; percent-encode it as UTF-8")

    def get_queryset(self) -> models.QuerySet[Any]:
        """The rows that the actor may see, with what the Out shape reads."""
        rows: models.QuerySet[Any] = self.model.objects.visible_to(self.actor)  # type: ignore[attr-defined]
        return rows.select_related(*self.related) if self.related else rows

    def filter_queryset(self, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        """The rows that match the list's parameters."""
        for name, column in self.filters.items():
            if column and name in self.request.query_params:
                try:
                    queryset = queryset.filter(**{column: self.request.query_params[name]})
                except (ValueError, TypeError, ValidationError) as bad:
                    raise Invalid.field(name, "is not a value of this kind") from bad
        return queryset

    def get_object(self) -> Any:
        """The row of the address; unseen and absent look alike."""
        return self.fetch(self.get_queryset(), self.kwargs["pk"])

    @staticmethod
    def fetch(rows: models.QuerySet[Any], pk: object) -> Any:
        """The row with this key, or NotFound."""
        return fetch(rows, pk)

    def chosen(self, model: type[models.Model], name: str, pk: object) -> Any:
        """The row that the body's field names; Invalid if the actor cannot see one."""
        try:
            return self.fetch(model.objects.visible_to(self.actor), pk)  # type: ignore[attr-defined]
        except NotFound as absent:
            raise Invalid.field(name, "there is no such thing", "not-found") from absent

    def read(self, request: Request) -> dict[str, Any]:
        """The body of this deed, checked against its In shape; a PATCH names what it changes."""
        body = self.into[self.action](
            data=request.data,
            partial=request.method == "PATCH",
            context=self.get_serializer_context(),
        )
        body.is_valid(raise_exception=True)
        return dict(body.validated_data)

    def expected(self, request: Request) -> int:
        """The version that If-Match names."""
        raw = request.headers.get("If-Match")
        if raw is None:
            raise Unconditional()
        found = re.fullmatch(ETAG, raw.strip())
        if not found:
            raise Unconditional("If-Match must be one ETag as it was given")
        return int(found[1])

    def shapes(self, rows: Any, out: type[serializers.BaseSerializer[Any]] | None = None) -> Any:
        """Rows in their Out shape, or in another one."""
        context = self.get_serializer_context()
        return self._narrowed((out or self.out)(rows, many=True, context=context)).data

    def _is_sparse(self) -> bool:
        return self.sparse and self.action in ("list", "retrieve")

    def _narrowed(self, shape: Any) -> Any:
        """The shape with the members that ``fields`` asks for; the others are not even read."""
        asked = self.request.query_params.get("fields") if self._is_sparse() else None
        if asked is None:
            return shape
        members = getattr(shape, "child", shape).fields
        chosen = {name.strip() for name in asked.split(",")} | {"id"} & members.keys()
        unknown = sorted(chosen - members.keys())
        if unknown:
            known = ", ".join(members)
            raise Invalid.field("fields", f"no member {unknown[0]!r}; there are: {known}")
        for name in members.keys() - chosen:
            members.pop(name)
        return shape

    def show(self, row: Any, status: int = 200, **extra: Any) -> Response:
        """The row in its Out shape, with its ETag; 304 if the caller has it already."""
        headers = {"ETag": f'"{row.version}"'} if hasattr(row, "version") else {}
        if status == 200 and headers and self._has_already(headers["ETag"]):
            return Response(status=304, headers=headers)
        data = self._narrowed(self.out(row, context=self.get_serializer_context())).data
        return Response({**data, **extra}, status=status, headers=headers)

    def _has_already(self, etag: str) -> bool:
        reads = self.request.method in ("GET", "HEAD")
        return reads and etag in self.request.headers.get("If-None-Match", "")

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """No answer of the API may be kept by a cache that others share."""
        made = super().finalize_response(request, response, *args, **kwargs)
        made.headers.setdefault("Cache-Control", "private, no-store")
        return made


class ReadView(ApiView):
    """A view whose rows can be listed and read."""

    def list(self, request: Request, **kwargs: Any) -> Response:
        """A page of the rows that the actor may see."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self.shapes(page))

    def retrieve(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """One row."""
        return self.show(self.get_object())
