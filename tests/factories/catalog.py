"""Classes, resources and versions for tests; a version is complete unless told otherwise."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import factory
from django.utils import timezone

from accounts.models import Department
from catalog.api.examples import ITEMS, METADATA
from catalog.models import Category, CodeList, CodeListVersion, DataElement, Entry, Item, Resource
from catalog.names import name_key
from tests.factories.accounts import DepartmentFactory


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"307024{n:04d}")
    name = factory.LazyAttribute(lambda category: f"类{category.code}")


class ResourceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Resource

    department = factory.SubFactory(DepartmentFactory)
    category = factory.SubFactory(CategoryFactory)


class EntryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Entry

    resource = factory.SubFactory(ResourceFactory)
    department = factory.SelfAttribute("resource.department")
    number = 1
    name = factory.Sequence(lambda n: f"行政区划代码{n}")
    name_key = factory.LazyAttribute(lambda entry: name_key(entry.name))
    abstract = METADATA["abstract"]
    format_class = METADATA["format_class"]
    format_type = METADATA["format_type"]
    share_type = METADATA["share_type"]
    share_condition = METADATA["share_condition"]
    share_modes = METADATA["share_modes"]
    update_cycle = METADATA["update_cycle"]
    data_class = METADATA["data_class"]
    data_grade = METADATA["data_grade"]
    secrecy_assessment = METADATA["secrecy_assessment"]


class ItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Item

    entry = factory.SubFactory(EntryFactory)
    position = factory.Sequence(lambda n: n + 1)
    column = factory.Sequence(lambda n: f"item_{n}")
    name = factory.LazyAttribute(lambda item: f"信息项{item.column}")
    data_type = "C"
    length = 20


def code_list(identifier: str, codes: dict[str, str], name: str = "") -> CodeList:
    """A code list whose first version, code -> name, is in force since 2020."""
    made = CodeList.objects.create(identifier=identifier, name=name or identifier)
    version = CodeListVersion.objects.create(
        code_list=made,
        number=1,
        effective_on=date(2020, 1, 1),
        change_message="首次收录",
        codes=list(codes),
        names=list(codes.values()),
    )
    made.change(current=version)
    return made


class ElementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DataElement

    identifier = factory.Sequence(lambda n: f"DE{n:05d}")
    name = factory.LazyAttribute(lambda element: f"数据元{element.identifier}")
    data_type = "C"


def entry_with_items(items: Sequence[dict[str, Any]] = ITEMS, **entry: Any) -> Entry:
    """A version with these items (catalog.metadata.ITEM_VALUES), by default the division codes'."""
    made = EntryFactory(**entry)
    Item.objects.bulk_create(
        ItemFactory.build(
            entry=made, position=position, **{"name": values["column"], "data_type": "C", **values}
        )
        for position, values in enumerate(items, start=1)
    )
    return made


def published_resource(
    department: Department | None = None, items: Sequence[dict[str, Any]] = ITEMS, **entry: Any
) -> Resource:
    """A resource in force, with its code; keywords go to its version."""
    resource = ResourceFactory(**({"department": department} if department else {}))
    now = timezone.now()
    steps = {"state": "published", "published_at": now, "approved_at": now}
    made = entry_with_items(items, resource=resource, **(steps | entry))
    category = resource.category
    resource.change(published=made, code=f"{category.code}/{category.next_number}")
    category.change(next_number=category.next_number + 1)
    return resource
