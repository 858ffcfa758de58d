from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from catalog.querysets import EntryQuerySet, PlacementQuerySet, ResourceQuerySet
from catalog.states import ENTRY, IN_PROGRESS
from catalog.vocabulary import (
    CheckDigit,
    DataGrade,
    FormatClass,
    ItemType,
    Sensitivity,
    ShareMode,
    ShareType,
    UpdateCycle,
)
from kernel.models import Row


class Resource(Row):
    """A government information resource (政务信息资源): who has it and where it is filed."""

    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="resources"
    )
    category = models.ForeignKey(
        "catalog.Category", on_delete=models.PROTECT, related_name="resources"
    )
    # 信息资源代码: the class's code, "/", the 顺序码; given at the first publication.
    code = models.CharField(max_length=60, unique=True, null=True, blank=True)
    # The version in force.
    published = models.ForeignKey(
        "catalog.Entry", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Where it came from, so that taking the same source in again finds it again.
    source = models.CharField(max_length=60, blank=True)
    source_key = models.CharField(max_length=400, blank=True)
    # What the source said last, by column: what a steward wrote since is not overwritten.
    source_values = models.JSONField(default=dict, blank=True)
    # Reported down by the exchange: data is attached (挂接) and when it last changed.
    is_attached = models.BooleanField(default=False)
    data_updated_at = models.DateTimeField(null=True, blank=True)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_key"],
                condition=~Q(source=""),
                name="one_resource_per_source_key",
            ),
        ]

    def __str__(self) -> str:
        return self.code or str(self.pk)


class Placement(Row):
    """A further class that a resource hangs under, with the code that it has there."""

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="placements")
    category = models.ForeignKey(
        "catalog.Category", on_delete=models.PROTECT, related_name="placements"
    )
    # Given when the resource is published, as its first code is.
    code = models.CharField(max_length=60, unique=True, null=True, blank=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "category"], name="one_place_per_class"),
        ]

    def __str__(self) -> str:
        return self.code or f"{self.resource_id} in {self.category_id}"


class Entry(Row):
    """One version of what the catalogue says of a resource, after the guide and Order 809."""

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="entries")
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=ENTRY.choices, default=ENTRY.start)
    change_message = models.CharField(max_length=400, blank=True)

    # Core metadata of the guide.
    name = models.CharField(max_length=120)
    # The name as names are compared (catalog.names).
    name_key = models.CharField(max_length=120)
    internal_office = models.CharField(max_length=60, blank=True)
    abstract = models.CharField(max_length=512, blank=True)
    format_class = models.CharField(max_length=20, choices=FormatClass, blank=True)
    format_type = models.CharField(max_length=20, blank=True)
    format_note = models.CharField(max_length=120, blank=True)
    share_type = models.CharField(max_length=20, choices=ShareType, blank=True)
    share_condition = models.CharField(max_length=400, blank=True)
    share_modes = ArrayField(
        models.CharField(max_length=12, choices=ShareMode), default=list, blank=True
    )
    open_to_public = models.BooleanField(default=False)
    open_condition = models.CharField(max_length=400, blank=True)
    update_cycle = models.CharField(max_length=12, choices=UpdateCycle, blank=True)
    source_system = models.ForeignKey(
        "accounts.InformationSystem", on_delete=models.PROTECT, null=True, blank=True
    )

    # The six numbers of the census (大普查): storage in GB, records in units of 10,000 (万).
    storage_gb = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    records_wan = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    shared_storage_gb = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    shared_records_wan = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    opened_storage_gb = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    opened_records_wan = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    # 发布日期 as the provider gives it, and 关联资源代码.
    released_on = models.DateField(null=True, blank=True)
    related_codes = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    keywords = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    theme = models.CharField(max_length=60, blank=True)
    industry = models.CharField(max_length=60, blank=True)
    landing_url = models.CharField(max_length=400, blank=True)
    contact = models.CharField(max_length=120, blank=True)

    # Order 809 Art. 13-15.
    share_scope = models.CharField(max_length=400, blank=True)
    use_purpose = models.CharField(max_length=400, blank=True)
    data_class = models.CharField(max_length=60, blank=True)
    data_grade = models.CharField(max_length=12, choices=DataGrade, blank=True)
    # Important and core data: which list names them and what protects them.
    grade_note = models.CharField(max_length=400, blank=True)
    refusal_reason = models.CharField(max_length=400, blank=True)
    legal_basis = models.CharField(max_length=400, blank=True)
    secrecy_assessment = models.CharField(max_length=400, blank=True)
    privacy_assessment = models.CharField(max_length=400, blank=True)
    # Art. 19: why it is collected although sharing could supply it.
    collection_reason = models.CharField(max_length=400, blank=True)

    # Who took which step; two-person rules and the authority's desk read these.
    submitted_by = models.UUIDField(null=True, blank=True)
    approved_by = models.UUIDField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.UUIDField(null=True, blank=True)
    published_by = models.UUIDField(null=True, blank=True)
    return_reason = models.CharField(max_length=400, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.CharField(max_length=400, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["department", "name_key"])]
        constraints = [
            models.UniqueConstraint(fields=["resource", "number"], name="one_entry_number"),
            models.UniqueConstraint(
                fields=["resource"],
                condition=Q(state__in=IN_PROGRESS),
                name="one_entry_in_progress",
            ),
            models.UniqueConstraint(
                fields=["resource"], condition=Q(state="published"), name="one_entry_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"


class Item(Row):
    """An information item (信息项) of one version; ``column`` is its name in the data."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    column = models.CharField(max_length=63)
    name = models.CharField(max_length=120)
    data_type = models.CharField(max_length=4, choices=ItemType)
    # Characters of a text, digits of a number; scale is the digits behind the point.
    length = models.PositiveIntegerField(null=True, blank=True)
    scale = models.PositiveSmallIntegerField(null=True, blank=True)
    meaning = models.CharField(max_length=400, blank=True)
    is_key = models.BooleanField(default=False)
    is_required = models.BooleanField(default=False)
    pattern = models.CharField(max_length=200, blank=True)
    codes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    code_list = models.ForeignKey(
        "catalog.CodeList", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    element = models.ForeignKey(
        "catalog.DataElement", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # 数源部门: the one department that is this item's source (一数一源, Art. 19).
    source_department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    check_digit = models.CharField(max_length=12, choices=CheckDigit, blank=True)
    sensitivity = models.CharField(max_length=12, choices=Sensitivity, default=Sensitivity.NONE)
    # Empty: the entry's own share type.
    share_type = models.CharField(max_length=20, choices=ShareType, blank=True)

    class Meta:
        ordering = ["position"]
        # Who else collects an item is asked by its names.
        indexes = [models.Index(fields=["name"], name="item_names")]
        constraints = [
            models.UniqueConstraint(fields=["entry", "column"], name="one_item_per_column"),
        ]

    def __str__(self) -> str:
        return self.column
