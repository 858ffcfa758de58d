"""The door to the lists that a person saved."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.savedlists import remove_list, save_list
from accounts.api.examples_lists import SAVED_LIST_EXAMPLES
from accounts.api.serializers.lists import SavedListIn, SavedListOut
from accounts.models import SavedList
from kernel.api import ReadView


class SavedListView(ReadView):
    """The actor's own saved lists of the portal."""

    model = SavedList
    out = SavedListOut
    into = {"create": SavedListIn}
    filters = {"address": "address"}
    examples = SAVED_LIST_EXAMPLES

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Keep a list as it is shown now."""
        return self.show(save_list(actor=self.actor, **self.read(request)), status=201)

    def destroy(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Forget it."""
        remove_list(self.get_object(), actor=self.actor, expected=self.expected(request))
        return Response(status=204)
