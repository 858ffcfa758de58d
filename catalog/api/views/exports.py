"""The door to the catalogue as files: pages in every format, answered anew only when changed."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.permissions import Perm
from accounts.policy import require
from catalog.handout import KINDS, hand_out
from catalog.models import Resource
from catalog.published import in_force, page_of, told
from catalog.vocabulary import ShareType
from kernel.api import ApiView
from kernel.cursors import read_cursor, write_cursor
from kernel.errors import Invalid
from kernel.paging import read_limit
from kernel.parameters import one_of

_KIND = "catalog.export"
_FILTERS = {
    "department": "department_id",
    "category": "category_id",
    "category_code": "category__code__startswith",
    "share_type": "published__share_type",
    "open": "",
}


class CatalogExportView(ApiView):
    """The resources in force as files that can be taken in again."""

    model = Resource
    filters = _FILTERS
    parameters = ("format", "charset", "limit", "cursor", *_FILTERS)
    answers = {
        "export": {
            (200, media_type): OpenApiTypes.OBJECT if "json" in media_type else OpenApiTypes.BINARY
            for media_type in (kind.media_type.split(";")[0] for kind in KINDS.values())
        }
    }

    def export(self, request: Request, **kwargs: Any) -> HttpResponse | Response:
        """A page of the catalogue in a format; the header Link names the next page.

        ``If-None-Match`` with the page's ETag is answered 304 where nothing in it was changed.
        """
        require(self.actor, Perm.RESOURCE_VIEW)
        name = one_of(request, "format", "json", *(kind for kind in KINDS if kind != "json"))
        charset = one_of(request, "charset", "utf-8", "gb18030")
        kind = KINDS[name]
        limit = read_limit(request, kind.usual, kind.most)
        page = page_of(self.filter_queryset(self.get_queryset()), limit, self._after())
        headers = {
            "ETag": f'"{page.etag}-{name}-{charset}"',
            "Cache-Control": "private, no-cache",
        }
        cursor = write_cursor(_KIND, {"after": str(page.last)}) if page.last else None
        link = replace_query_param(request.build_absolute_uri(), "cursor", cursor) if cursor else ""
        if link:
            headers["Link"] = f'<{link}>; rel="next"'
        if headers["ETag"] in request.headers.get("If-None-Match", ""):
            return Response(status=304, headers=headers)
        content = hand_out(
            told(page.keys), name, base=settings.PUBLIC_URL, charset=charset, next_page=link
        )
        media_type = kind.media_type.replace("utf-8", charset)
        answer = HttpResponse(content, content_type=media_type, headers=headers)
        answer.headers["Content-Disposition"] = f'attachment; filename="catalog.{kind.extension}"'
        return answer

    def get_queryset(self) -> QuerySet:
        """Resources in force, which all departments may know (Art. 16)."""
        return in_force()

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """``open=true`` keeps what is open to the public."""
        share = self.request.query_params.get("share_type", ShareType.UNCONDITIONAL)
        if share not in ShareType.values:
            known = ", ".join(ShareType.values)
            raise Invalid.field("share_type", f"choose from: {known}", "invalid-choice")
        if one_of(self.request, "open", "false", "true") == "true":
            queryset = queryset.filter(published__open_to_public=True)
        return super().filter_queryset(queryset)

    def _after(self) -> UUID | None:
        cursor = self.request.query_params.get("cursor")
        return UUID(read_cursor(_KIND, cursor)["after"]) if cursor else None
