from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.request import Request

from accounts.admission import client_address
from exchange import links
from exchange.actions.files import follow_link
from exchange.api.rendering import Unnegotiated, given_response, media_answers, read_wanted
from exchange.models import Subscription
from exchange.rights import shows_still
from kernel.api import ApiView


class LinkView(ApiView):
    """Links that open one file for a while, without a credential."""

    model = Subscription
    authentication_classes = ()
    permission_classes = ()
    content_negotiation_class = Unnegotiated
    lookup_field = "token"
    answers = {"retrieve": media_answers("ndjson", "csv", "parquet")}

    def retrieve(self, request: Request, token: str, **kwargs: Any) -> HttpResponseBase:
        """The file that the link stands for; HEAD, Range and ETag as with the table."""
        link = links.read(token)
        actor = links.caller(link, client_address(request))
        found = follow_link(link, actor=actor, wanted=read_wanted(request))
        subscription: UUID = link.subscription
        return given_response(found, lambda: shows_still(subscription, found.shown))
