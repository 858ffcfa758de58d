"""Shapes of information systems and their credentials."""

from rest_framework import serializers

from accounts.actions.credentials import DEFAULT_DAYS, MOST_DAYS
from accounts.models import Credential, InformationSystem
from accounts.states import REGISTRABLE, SYSTEM
from accounts.vocabulary import Network
from kernel.api import In


class SystemIn(In):
    """What the register says of a system, in the state it really has."""

    department = serializers.UUIDField()
    name = serializers.CharField(max_length=120)
    function = serializers.CharField(max_length=2000)
    network = serializers.ChoiceField(choices=Network.choices, default=Network.EXTRANET)
    state = serializers.ChoiceField(choices=REGISTRABLE, default=SYSTEM.start)


class SystemChangeIn(In):
    """What can be corrected later; the state moves by its verbs."""

    name = serializers.CharField(max_length=120, required=False)
    function = serializers.CharField(max_length=2000, required=False)
    network = serializers.ChoiceField(choices=Network.choices, required=False)


class SystemOut(serializers.ModelSerializer):
    """An information system, with the moves that its state allows."""

    department = serializers.UUIDField(source="department_id")
    moves = serializers.SerializerMethodField()

    class Meta:
        model = InformationSystem
        fields = [
            "id",
            "department",
            "name",
            "function",
            "network",
            "state",
            "moves",
            "created_at",
            "updated_at",
        ]

    def get_moves(self, row: InformationSystem) -> list[str]:
        """The verbs that are possible now."""
        return SYSTEM.possible(row.state)


class CredentialIn(In):
    """For how long."""

    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=DEFAULT_DAYS)


class CredentialOut(serializers.ModelSerializer):
    """A key without its secret."""

    system = serializers.UUIDField(source="system_id")

    class Meta:
        model = Credential
        fields = [
            "id",
            "system",
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
