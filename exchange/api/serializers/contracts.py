from rest_framework import serializers


class AspectOut(serializers.Serializer):
    """One rule of an item before and after."""

    aspect = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class ItemChangeOut(serializers.Serializer):
    """What happens to one item, and why consumers cannot go on with it, if they cannot."""

    item = serializers.CharField()
    change = serializers.ChoiceField(choices=["added", "removed", "changed"])
    breaks = serializers.BooleanField()
    aspects = AspectOut(many=True)
    backward = serializers.ListField(child=serializers.CharField())
    forward = serializers.ListField(child=serializers.CharField())


class KeyChangeOut(serializers.Serializer):
    """The key before and after."""

    before = serializers.ListField(child=serializers.CharField())
    after = serializers.ListField(child=serializers.CharField())


class BrokenReasonOut(serializers.Serializer):
    """What of a grant breaks; without an item its terms as a whole."""

    item = serializers.CharField()
    detail = serializers.CharField()


class BrokenGrantOut(serializers.Serializer):
    """A grant that would not go on as it is."""

    grant = serializers.UUIDField()
    department = serializers.UUIDField()
    systems = serializers.ListField(child=serializers.UUIDField())
    subscriptions = serializers.ListField(child=serializers.UUIDField())
    reasons = BrokenReasonOut(many=True)


class ReadersOut(serializers.Serializer):
    """Whom the change breaks: counted for everybody, named to who may see the grants."""

    grants = serializers.IntegerField()
    broken_grants = serializers.IntegerField()
    broken_subscriptions = serializers.IntegerField()
    broken_departments = serializers.IntegerField()
    broken = BrokenGrantOut(many=True)


class EvolutionOut(serializers.Serializer):
    """What taking over the items in force would change."""

    changes = serializers.BooleanField()
    schema = serializers.IntegerField(help_text="The number of the schema now.")
    version = serializers.IntegerField(help_text="The number of the entry in force.")
    declared = serializers.CharField()
    level = serializers.ChoiceField(choices=["full", "backward", "forward", "none"])
    allowed = serializers.BooleanField(help_text="Whether the declared level allows it.")
    errors = serializers.ListField(child=serializers.CharField())
    needs_announcement = serializers.BooleanField()
    key = KeyChangeOut()
    items = ItemChangeOut(many=True)
    readers = ReadersOut()


class NamedOut(serializers.Serializer):
    """A thing by its id and name."""

    id = serializers.UUIDField()
    name = serializers.CharField(allow_blank=True)


class ContractSchemaOut(serializers.Serializer):
    """Items with titles and rules, and the key."""

    number = serializers.IntegerField()
    digest = serializers.CharField()
    items = serializers.ListField(child=serializers.DictField())
    key = serializers.ListField(child=serializers.CharField())


class RuleOut(serializers.Serializer):
    """One rule that every record keeps to."""

    item = serializers.CharField()
    rule = serializers.CharField()
    value = serializers.JSONField()


class OnRejectOut(serializers.Serializer):
    """What happens to rows that break the rules."""

    policy = serializers.CharField()
    max_rejected_percent = serializers.IntegerField()


class RetentionOut(serializers.Serializer):
    """How long batches stay, and which are there."""

    days = serializers.IntegerField(allow_null=True)
    first_number = serializers.IntegerField()
    last_number = serializers.IntegerField()


class LookupsOut(serializers.Serializer):
    """Whether single records may be asked for, and by which items besides the key."""

    offered = serializers.BooleanField()
    items = serializers.ListField(child=serializers.CharField())


class FormatsOut(serializers.Serializer):
    """What is taken and given."""

    # "in" is no name that a class can have.
    def get_fields(self) -> dict:
        """In, out and the codings of bodies."""
        words = serializers.ListField(child=serializers.CharField())
        return {name: words.__deepcopy__({}) for name in ("in", "out", "codings")}


class BodyLimitsOut(serializers.Serializer):
    """How large a body may be, and from when on it is better sent in parts."""

    body_bytes = serializers.IntegerField()
    parts_from_bytes = serializers.IntegerField()


class ContractOut(serializers.Serializer):
    """What readers of a dataset may count on."""

    dataset = serializers.UUIDField()
    resource = NamedOut()
    provider = NamedOut()
    kind = serializers.CharField()
    state = serializers.CharField()
    update_cycle = serializers.CharField(allow_blank=True)
    schema = ContractSchemaOut()
    compatibility = serializers.CharField()
    quality = RuleOut(many=True)
    on_reject = OnRejectOut()
    retention = RetentionOut()
    lookups = LookupsOut()
    formats = FormatsOut()
    limits = BodyLimitsOut()
    examples = serializers.ListField(
        child=serializers.DictField(), help_text="Made up from the schema; nobody's data."
    )
    addresses = serializers.DictField(child=serializers.CharField())
