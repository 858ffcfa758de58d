from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts import vocabulary as words
from accounts.querysets import OwnedQuerySet, SystemPartQuerySet
from accounts.states import FILING, SYSTEM
from kernel.models import Row


class InformationSystem(Row):
    """An information system of a department (政务信息系统), registered under 国办发〔2017〕39号.

    The columns are those of the audit, the filing (备案) and the census form; money is in 万元.
    """

    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="systems"
    )
    name = models.CharField(max_length=120)
    code = models.CharField(max_length=40, blank=True)
    function = models.TextField(max_length=2000)
    network = models.CharField(max_length=10, choices=words.Network, default=words.Network.EXTRANET)
    state = models.CharField(max_length=20, choices=SYSTEM.choices, default=SYSTEM.start)

    # Whose it is and what it is built of.
    owner_level = models.CharField(
        max_length=12, choices=words.OwnerLevel, default=words.OwnerLevel.DEPARTMENT
    )
    internal_office = models.CharField(max_length=60, blank=True)
    origin = models.CharField(max_length=12, choices=words.Origin, blank=True)
    architecture = models.CharField(max_length=12, choices=words.Architecture, blank=True)
    hosting = models.CharField(max_length=12, choices=words.Hosting, blank=True)
    login_method = models.CharField(max_length=60, blank=True)
    builder = models.CharField(max_length=120, blank=True)
    contractor = models.CharField(max_length=120, blank=True)
    maintainer = models.CharField(max_length=120, blank=True)
    contact_name = models.CharField(max_length=60, blank=True)
    contact_phone = models.CharField(max_length=30, blank=True)

    # Money and approval.
    funding_mode = models.CharField(max_length=12, choices=words.FundingMode, blank=True)
    funding_source = models.CharField(max_length=120, blank=True)
    project_name = models.CharField(max_length=120, blank=True)
    investment = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    maintenance_cost = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    approval_department = models.CharField(max_length=120, blank=True)
    approved_on = models.DateField(null=True, blank=True)
    maintained_until = models.DateField(null=True, blank=True)

    # Protection.
    protection_level = models.CharField(
        max_length=4, choices=words.ProtectionLevel, default=words.ProtectionLevel.NONE
    )
    protection_number = models.CharField(max_length=60, blank=True)
    classified_protection = models.CharField(max_length=120, blank=True)

    # Use.
    started_on = models.DateField(null=True, blank=True)
    stopped_on = models.DateField(null=True, blank=True)
    use_scope = models.CharField(max_length=12, choices=words.UseScope, blank=True)
    use_frequency = models.CharField(max_length=12, choices=words.UseFrequency, blank=True)
    user_count = models.PositiveIntegerField(null=True, blank=True)
    condition = models.CharField(max_length=6, choices=words.Condition, blank=True)
    business_items = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    data_items = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    supported_services = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    # Months in which it works, where it works by season; empty: all the year.
    season = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    has_interface = models.BooleanField(default=False)
    has_online_service = models.BooleanField(default=False)
    has_export = models.BooleanField(default=False)
    storage_gb = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    yearly_growth_gb = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)

    filing_state = models.CharField(max_length=12, choices=FILING.choices, default=FILING.start)
    # Why no similar system serves, as the department says; or why the authority returned it.
    filing_reason = models.CharField(max_length=400, blank=True)
    filed_by = models.UUIDField(null=True, blank=True)
    filed_at = models.DateTimeField(null=True, blank=True)
    # Raised with every fact and every change; the scan looks at what is newer than its verdict.
    evidence_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["department", "name"], name="one_system_name_each"),
            models.UniqueConstraint(
                fields=["department", "code"],
                condition=~Q(code=""),
                name="one_system_code_each",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SystemVersion(Row):
    """What the register said of a system after a change, and why it was changed."""

    system = models.ForeignKey(InformationSystem, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    values = models.JSONField()
    change_message = models.CharField(max_length=400)
    changed_by = models.UUIDField(null=True)

    objects = SystemPartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "number"], name="one_system_version"),
        ]

    def __str__(self) -> str:
        return f"{self.system_id} v{self.number}"


class SystemRelation(Row):
    """That one system uses, supplies, replaces or was merged into another."""

    system = models.ForeignKey(
        InformationSystem, on_delete=models.PROTECT, related_name="relations"
    )
    kind = models.CharField(max_length=12, choices=words.Relation)
    other = models.ForeignKey(InformationSystem, on_delete=models.PROTECT, related_name="related")
    note = models.CharField(max_length=400, blank=True)

    objects = SystemPartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "kind", "other"], name="one_relation_each"),
            models.CheckConstraint(
                condition=~Q(system=models.F("other")), name="not_related_to_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system_id} {self.kind} {self.other_id}"


class SystemHold(Row):
    """Why a system cannot be retired now: something that others rely on still hangs on it.

    Placed and released by the app that knows: the exchange for datasets under living grants.
    """

    system = models.ForeignKey(InformationSystem, on_delete=models.CASCADE, related_name="holds")
    kind = models.CharField(max_length=20)
    reference = models.UUIDField()
    note = models.CharField(max_length=200)

    objects = SystemPartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "reference"], name="one_hold_each"),
        ]

    def __str__(self) -> str:
        return self.note


class SystemAttachment(Row):
    """A document that proves what the register says (立项文件, 预算指标文件, 系统截图)."""

    system = models.ForeignKey(
        InformationSystem, on_delete=models.PROTECT, related_name="attachments"
    )
    title = models.CharField(max_length=120)
    file_name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    content = models.BinaryField()

    objects = SystemPartQuerySet.as_manager()

    def __str__(self) -> str:
        return self.file_name
