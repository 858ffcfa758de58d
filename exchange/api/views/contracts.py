from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from exchange.api.serializers.contracts import ContractOut, EvolutionOut
from exchange.contracts import contract_of
from exchange.evolutions import evolution_of
from exchange.models import Dataset
from kernel.api import ApiView


class ContractView(ApiView):
    """What readers of a dataset may count on, and what would change."""

    model = Dataset
    out = ContractOut
    answers = {"contract": ContractOut, "evolution": EvolutionOut}
    related = ("schema", "department", "resource__published")

    def contract(self, request: Request, **kwargs: Any) -> Response:
        """Schema, key, rules, cycle, retention and examples made up from the schema."""
        return Response(contract_of(self._dataset()))

    def evolution(self, request: Request, **kwargs: Any) -> Response:
        """What taking over the items in force would change, item by item, and whom it breaks.

        Nothing is changed. The grants that break are named to those who may see them.
        """
        return Response(evolution_of(self._dataset(), self.actor))

    def _dataset(self) -> Dataset:
        found: Dataset = self.fetch(self.get_queryset(), self.kwargs["dataset"])
        return found
