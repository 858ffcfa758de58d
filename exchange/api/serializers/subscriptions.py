from typing import Any

from rest_framework import serializers

from exchange.dataplane.dropping import FORMATS
from exchange.destinations import DROP_SECRETS
from exchange.models import Attempt, Delivery, Subscription
from kernel.api import In

_NEEDED = {
    Subscription.Mode.WEBHOOK: ("url",),
    Subscription.Mode.SINK: ("dsn", "target_schema", "target_table"),
    Subscription.Mode.FILE: ("url", "secrets", "file_format"),
    Subscription.Mode.PULL: (),
}
_WELCOME = {Subscription.Mode.FILE: ("file_name",)}
_NAME = r"^[a-z][a-z0-9_]{0,62}$"


class SubscriptionIn(In):
    """How a grant is to be used. A webhook needs ``url``; a sink ``dsn`` and the target's names;
    a file drop ``url``, ``secrets`` and ``file_format``."""

    grant = serializers.UUIDField()
    mode = serializers.ChoiceField(choices=Subscription.Mode.choices)
    purpose = serializers.CharField(
        max_length=40,
        required=False,
        help_text="Of every delivery; need not be said where the grant names one only.",
    )
    system = serializers.UUIDField(
        required=False, help_text="Another system that the grant names; else the grant's own."
    )
    url = serializers.CharField(
        max_length=500,
        required=False,
        help_text="Of the webhook, or of the folder: sftp://user@host/folder, s3://bucket/prefix.",
    )
    dsn = serializers.CharField(
        max_length=1000,
        required=False,
        write_only=True,
        help_text="postgresql://... or mysql://user:password@host:port/database",
    )
    secrets = serializers.DictField(
        child=serializers.CharField(max_length=8000),
        required=False,
        write_only=True,
        help_text="sftp: host_key (SHA256:...) and password or private_key; "
        "s3: endpoint, access_key, secret_key and perhaps region.",
    )
    file_format = serializers.ChoiceField(choices=FORMATS, required=False)
    file_name = serializers.RegexField(
        r"^[a-z0-9][a-z0-9_-]{0,59}$", required=False, help_text="What the files' names begin with."
    )
    target_schema = serializers.RegexField(_NAME, required=False)
    target_table = serializers.RegexField(_NAME, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Each mode takes exactly its own members."""
        needed = _NEEDED[attrs["mode"]]
        faults = {name: "is needed for this mode" for name in needed if name not in attrs}
        taken = {"grant", "mode", "purpose", "system", *needed, *_WELCOME.get(attrs["mode"], ())}
        strange = set(attrs) - taken
        faults |= dict.fromkeys(strange, f"does not go with the mode {attrs['mode']}")
        if not faults and "secrets" in attrs:
            faults |= _secret_faults(attrs["url"], attrs["secrets"])
        if faults:
            raise serializers.ValidationError(faults)
        return attrs


def _secret_faults(url: str, secrets: dict[str, str]) -> dict[str, str]:
    """What is wrong with the members of ``secrets`` for this kind of address; never a value."""
    scheme = url.partition("://")[0]
    if scheme not in DROP_SECRETS:
        return {"url": "write sftp://user@host/folder or s3://bucket/prefix"}
    needed, welcome = DROP_SECRETS[scheme]
    missing = [name for name in needed if not secrets.get(name)]
    strange = sorted(set(secrets) - {*needed, *welcome})
    if scheme == "sftp" and not ({"password", "private_key"} & set(secrets)):
        missing.append("password or private_key")
    if not (missing or strange):
        return {}
    told = [f"needs {', '.join(missing)}"] if missing else []
    told += [f"takes no {', '.join(strange)}"] if strange else []
    return {"secrets": f"for {scheme} it {' and '.join(told)}"}


class RedeliverIn(In):
    """Which batches to bring once more: one, or all that arrived from one on."""

    number = serializers.IntegerField(min_value=1, required=False)
    since = serializers.IntegerField(min_value=1, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the two."""
        if len(attrs) != 1:
            raise serializers.ValidationError({"number": "give either number or since"})
        return attrs


class SubscriptionOut(serializers.ModelSerializer):
    """A subscription: its place in the log and how its lane fares."""

    last_number = serializers.IntegerField(source="dataset.last_number")

    class Meta:
        model = Subscription
        fields = (
            "id",
            "grant",
            "dataset",
            "department",
            "system",
            "mode",
            "state",
            "state_reason",
            "purpose",
            "url",
            "target_schema",
            "target_table",
            "file_format",
            "position",
            "last_number",
            "attempts",
            "next_attempt_at",
            "last_error",
            "reload",
            "redeliver_next",
            "redeliver_last",
            "before_until",
            "created_at",
        )


class OpenedOut(SubscriptionOut):
    """A subscription with a webhook's new signing secret, which is shown this once."""

    secret = serializers.CharField(required=False)

    class Meta(SubscriptionOut.Meta):
        fields = (*SubscriptionOut.Meta.fields, "secret")


class ChangesOut(serializers.Serializer):
    """Changes in order: each record with ``_batch``, ``_op`` (upsert or delete) and ``_seq``."""

    items = serializers.ListField(child=serializers.DictField())
    next_cursor = serializers.CharField()
    has_more = serializers.BooleanField()
    last_number = serializers.IntegerField()


class DeliveryOut(serializers.ModelSerializer):
    """One batch on its way to a subscription, or arrived."""

    class Meta:
        model = Delivery
        fields = (
            "id",
            "subscription",
            "number",
            "attempts",
            "delivered_at",
            "rows",
            "is_table",
            "last_error",
            "response_status",
            "duration_ms",
            "created_at",
        )


class AttemptOut(serializers.ModelSerializer):
    """One call, load or drop and how it ended; number 0 is a test event."""

    class Meta:
        model = Attempt
        fields = (
            "id",
            "subscription",
            "number",
            "is_repeat",
            "ok",
            "status",
            "error",
            "detail",
            "excerpt",
            "duration_ms",
            "created_at",
        )


class PingOut(serializers.Serializer):
    """How the test event was received."""

    ok = serializers.BooleanField()
    status = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(allow_blank=True)
    detail = serializers.CharField(allow_blank=True)
    excerpt = serializers.CharField(allow_blank=True, help_text="The beginning of the answer.")
    duration_ms = serializers.IntegerField()
