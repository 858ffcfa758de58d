from django.db import models

from exchange.querysets import GatewayKeyQuerySet, ServiceInterfaceQuerySet
from exchange.states import GATEWAY_KEY, INTERFACE
from kernel.models import Row


class ServiceInterface(Row):
    """服务接口: a provider's own HTTP interface, registered under a resource, called by grant."""

    class Kind(models.TextChoices):
        """What it answers (查询类, 核验类)."""

        QUERY = "query", "查询"
        VERIFY = "verify", "核验"

    resource = models.ForeignKey(
        "catalog.Resource", on_delete=models.PROTECT, related_name="interfaces"
    )
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT)
    system = models.ForeignKey(
        "accounts.InformationSystem", on_delete=models.PROTECT, related_name="interfaces"
    )
    # The national gateways' name for it: s_, the provider's credit code, _ and a number.
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.QUERY)
    state = models.CharField(max_length=8, choices=INTERFACE.choices, default=INTERFACE.start)
    state_reason = models.CharField(max_length=400, blank=True)
    method = models.CharField(max_length=4, choices=[("GET", "GET"), ("POST", "POST")])
    url = models.CharField(max_length=500)
    # What a caller may say: a list of {name, place: query or body, required, title}.
    parameters = models.JSONField(default=list, blank=True)
    # Where in the JSON answer the records stand: a JSON pointer, empty for the whole answer.
    records_at = models.CharField(max_length=200, blank=True)
    # What a verification may answer beside true and false; nothing else is passed on.
    result_codes = models.JSONField(default=list, blank=True)
    timeout_ms = models.PositiveIntegerField(default=5000)
    # 0: never kept.
    cache_seconds = models.PositiveIntegerField(default=0)
    # How the hub shows itself to the provider: none, a header, or basic; secrets sealed.
    auth = models.JSONField(default=dict, blank=True)
    sealed = models.TextField(blank=True)
    # The circuit breaker: failures in a row, and until when nobody is let through.
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)

    objects = ServiceInterfaceQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class InterfaceDay(Row):
    """How an interface answered on one day: calls that reached the provider, those that failed."""

    interface = models.ForeignKey(ServiceInterface, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["interface", "day"], name="one_count_of_answers"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.failures} of {self.calls} failed"


class GatewayKey(Row):
    """What a system signs with where it speaks as to a national or provincial gateway."""

    class Dialect(models.TextChoices):
        """Whose headers: the national exchange platform's, or the provincial gateways'."""

        NATIONAL = "national", "gjgxjhpt"
        PROVINCIAL = "provincial", "X-Client-Id"

    system = models.ForeignKey(
        "accounts.InformationSystem", on_delete=models.PROTECT, related_name="gateway_keys"
    )
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT)
    dialect = models.CharField(max_length=10, choices=Dialect)
    # 请求者标识, or the client id.
    requester = models.CharField(max_length=60, unique=True)
    state = models.CharField(max_length=8, choices=GATEWAY_KEY.choices, default=GATEWAY_KEY.start)
    # The authorisation key and the working secret got with it; sealed.
    sealed_key = models.TextField()
    sealed_secret = models.TextField(blank=True)
    secret_ends_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.UUIDField()

    objects = GatewayKeyQuerySet.as_manager()

    def __str__(self) -> str:
        return self.requester
