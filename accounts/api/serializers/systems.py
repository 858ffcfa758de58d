"""Shapes of information systems and their credentials."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.actions.credentials import (
    DEFAULT_DAYS,
    MOST_CERTIFICATES,
    MOST_DAYS,
    MOST_NETWORKS,
)
from accounts.api.serializers.registers import GROUPS_IN, GROUPS_OUT, check_text
from accounts.filing import must_be_merged
from accounts.models import Credential, InformationSystem, SystemAccess
from accounts.permissions import Perm, Scope
from accounts.policy import may
from accounts.register.columns import GROUPS
from accounts.signing import ALGORITHMS
from accounts.states import FILING, REGISTRABLE, SYSTEM
from accounts.vocabulary import Level, Network
from kernel.api import In

FILING_VERBS = {"submit": "file", "accept": "accept", "return": "return"}


def _networks_in() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=50),
        default=list,
        max_length=MOST_NETWORKS,
        help_text="CIDR, from one of which calls must come; empty: from everywhere.",
    )


class _RegisterIn(In):
    """The register's columns: the head, and the groups."""

    code = serializers.CharField(
        max_length=40, required=False, allow_blank=True, validators=[check_text]
    )
    ownership = GROUPS_IN["ownership"](required=False)
    construction = GROUPS_IN["construction"](required=False)
    funding = GROUPS_IN["funding"](required=False)
    protection = GROUPS_IN["protection"](required=False)
    use = GROUPS_IN["use"](required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The columns by name, without their groups."""
        for group in GROUPS:
            attrs |= attrs.pop(group, {})
        if "season" in attrs:
            attrs["season"] = sorted(set(attrs["season"]))
        return attrs


class SystemIn(_RegisterIn):
    """What the register says of a system, in the state it really has."""

    department = serializers.UUIDField()
    name = serializers.CharField(max_length=120, validators=[check_text])
    function = serializers.CharField(max_length=2000, validators=[check_text])
    network = serializers.ChoiceField(choices=Network.choices, default=Network.EXTRANET)
    state = serializers.ChoiceField(choices=REGISTRABLE, default=SYSTEM.start)
    change_message = serializers.CharField(max_length=400, required=False, validators=[check_text])


class SystemChangeIn(_RegisterIn):
    """What can be corrected, and why; the state moves by its verbs."""

    name = serializers.CharField(max_length=120, required=False, validators=[check_text])
    function = serializers.CharField(max_length=2000, required=False, validators=[check_text])
    network = serializers.ChoiceField(choices=Network.choices, required=False)
    change_message = serializers.CharField(max_length=400, validators=[check_text])

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A change says why it is made, also where it names but a part of the columns."""
        if "change_message" not in attrs:
            detail = "say why the register is changed"
            raise serializers.ValidationError({"change_message": [ErrorDetail(detail, "required")]})
        return super().validate(attrs)


class MoveIn(In):
    """The evidence of a step: why it is taken, and the number of the paper that approved it."""

    reason = serializers.CharField(max_length=400, validators=[check_text])
    document = serializers.CharField(
        max_length=120, allow_blank=True, default="", validators=[check_text]
    )


class MergeIn(MoveIn):
    """Into which system it is merged."""

    into = serializers.UUIDField()


class FilingIn(In):
    """Why no similar system serves; needed for new construction where there are any."""

    reason = serializers.CharField(
        max_length=400, allow_blank=True, default="", validators=[check_text]
    )


class FilingOut(serializers.Serializer):
    """Where the filing (备案) stands, and the steps that are possible now."""

    state = serializers.ChoiceField(choices=FILING.choices, source="filing_state")
    reason = serializers.CharField(source="filing_reason")
    filed_at = serializers.DateTimeField(allow_null=True)
    moves = serializers.SerializerMethodField()

    def get_moves(self, row: InformationSystem) -> list[str]:
        """The verbs that are possible now, as in the address."""
        return [FILING_VERBS[move] for move in FILING.possible(row.filing_state)]


class SystemOut(serializers.ModelSerializer):
    """An information system, with the moves that its state allows."""

    department = serializers.UUIDField(source="department_id")
    department_name = serializers.CharField(source="department.name")
    moves = serializers.SerializerMethodField()
    must_be_merged = serializers.SerializerMethodField()
    verdict = serializers.SerializerMethodField()
    filing = FilingOut(source="*")
    ownership = GROUPS_OUT["ownership"](source="*")
    construction = GROUPS_OUT["construction"](source="*")
    funding = GROUPS_OUT["funding"](source="*")
    protection = GROUPS_OUT["protection"](source="*")
    use = GROUPS_OUT["use"](source="*")

    class Meta:
        model = InformationSystem
        fields = [
            "id",
            "department",
            "department_name",
            "name",
            "code",
            "function",
            "network",
            "state",
            "moves",
            "must_be_merged",
            "verdict",
            "filing",
            *GROUPS,
            "created_at",
            "updated_at",
        ]

    def get_moves(self, row: InformationSystem) -> list[str]:
        """The verbs that are possible now."""
        return SYSTEM.possible(row.state)

    def get_must_be_merged(self, row: InformationSystem) -> bool:
        """True if 39号, task 2, orders it: a bureau's or an office's own system."""
        return must_be_merged(row.owner_level, row.state)

    @extend_schema_field(serializers.ChoiceField(choices=Level.choices, allow_null=True))
    def get_verdict(self, row: InformationSystem) -> str | None:
        """The level of the last verdict, for whoever may see verdicts."""
        if not may(self.context["request"].user, Perm.ZOMBIE_VIEW, row.department_id):
            return None
        verdict = getattr(row, "verdict", None)
        return verdict.level if verdict else None


class CredentialIn(In):
    """For how long, what for, and from where."""

    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=DEFAULT_DAYS)
    kind = serializers.ChoiceField(
        choices=Credential.Kind.choices,
        default=Credential.Kind.BEARER,
        help_text="bearer: sent with each call; signing: signs calls; client: gets tokens.",
    )
    algorithm = serializers.ChoiceField(
        choices=ALGORITHMS, default="", allow_blank=True, help_text="Of a signing key."
    )
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=[scope.value for scope in Scope]),
        default=list,
        help_text="To what of the system's rights the key is narrowed; empty: to none of them.",
    )
    networks = _networks_in()


class AccessIn(In):
    """How the calls of a system must come; what is not named is free."""

    signed_only = serializers.BooleanField(default=False)
    networks = _networks_in()
    certificates = serializers.ListField(
        child=serializers.CharField(max_length=100),
        default=list,
        max_length=MOST_CERTIFICATES,
        help_text="SHA-256 fingerprints of client certificates, one of which must be shown.",
    )


class AccessOut(serializers.ModelSerializer):
    """How the calls of a system must come."""

    system = serializers.UUIDField(source="system_id")
    updated_at = serializers.DateTimeField(allow_null=True, help_text="null: never set")

    class Meta:
        model = SystemAccess
        fields = ["system", "signed_only", "networks", "certificates", "updated_at"]


class CredentialOut(serializers.ModelSerializer):
    """A key without its secret."""

    system = serializers.UUIDField(source="system_id")

    class Meta:
        model = Credential
        fields = [
            "id",
            "system",
            "kind",
            "algorithm",
            "scopes",
            "networks",
            "prefix",
            "last_four",
            "is_live",
            "expires_at",
            "revoked_at",
            "last_used_at",
            "last_used_from",
            "created_at",
        ]


class CredentialIssuedOut(CredentialOut):
    """A new key with its secret, shown this once."""

    secret = serializers.CharField(allow_null=True)

    class Meta(CredentialOut.Meta):
        fields = [*CredentialOut.Meta.fields, "secret"]
