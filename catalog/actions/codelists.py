"""Deeds on code lists: added, revised by a whole new version, put in force on their day."""

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from accounts import audit
from accounts.actor import CLOCK, Actor
from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import require
from catalog.codelists import CodesDiff, Pair, codes_faults, diff_codes
from catalog.errors import CodeListTaken
from catalog.models import CodeList, CodeListVersion
from kernel.errors import Invalid
from kernel.texts import Text

FIRST_MESSAGE = "首次收录"


@transaction.atomic
def add_code_list(
    *,
    actor: Actor,
    identifier: str,
    name: str,
    codes: Sequence[Pair],
    effective_on: date,
    change_message: str = FIRST_MESSAGE,
    department: Department | None = None,
) -> CodeList:
    """Add a list with its first version; ``department`` for a local list, none for a national one.

    ``codes`` are (code, name); Invalid names every one that cannot be.
    """
    require(actor, Perm.CODE_LIST_ADD)
    _check(codes)
    try:
        with transaction.atomic():
            made = CodeList.objects.create(identifier=identifier, name=name, department=department)
    except IntegrityError as taken:
        raise CodeListTaken(
            Text("revise {identifier} instead", identifier=identifier), identifier=identifier
        ) from taken
    version = _write_version(made, 1, codes, effective_on, change_message)
    _put_in_force(made, version)
    audit.record(actor, "code_list.added", made, identifier=identifier, codes=len(codes))
    return made


@transaction.atomic
def revise_code_list(
    code_list: CodeList,
    *,
    actor: Actor,
    codes: Sequence[Pair],
    effective_on: date,
    change_message: str,
) -> tuple[CodeListVersion, CodesDiff]:
    """Follow the newest version by another one, and what changed; the same codes make none.

    A version of a later day is kept and comes into force on it.
    """
    require(actor, Perm.CODE_LIST_REVISE, code_list.department_id)
    _check(codes)
    if not change_message.strip():
        raise Invalid.field("change_message", "say why the list is revised", "required")
    held = CodeList.objects.select_for_update(no_key=True).get(pk=code_list.pk)
    newest = held.versions.latest("number")
    changes = diff_codes(newest.pairs, dict(codes))
    if changes.is_empty:
        return newest, changes
    if effective_on < newest.effective_on:
        raise Invalid.field(
            "effective_on",
            Text("the newest version counts from {effective_on}", effective_on=newest.effective_on),
            "too-early",
        )
    made = _write_version(held, newest.number + 1, codes, effective_on, change_message)
    _put_in_force(held, made)
    audit.record(
        actor,
        "code_list.revised",
        held,
        number=made.number,
        added=len(changes.added),
        removed=len(changes.removed),
        renamed=len(changes.renamed),
    )
    return made, changes


@transaction.atomic
def turn_code_lists(*, actor: Actor = CLOCK) -> int:
    """Put versions in force whose day has come; how many lists turned to another version."""
    require(actor, Perm.CODE_LIST_REVISE)
    begun = CodeListVersion.objects.filter(
        code_list=OuterRef("pk"), effective_on__lte=timezone.localdate()
    )
    due = CodeList.objects.annotate(due_id=Subquery(begun.order_by("-number").values("pk")[:1]))
    late = due.filter(~Q(current_id=F("due_id")) | Q(current_id__isnull=True), due_id__isnull=False)
    turned = list(late.order_by("pk"))
    for row in turned:
        row.change(current_id=row.due_id)
        audit.record(actor, "code_list.turned", row, version=str(row.due_id))
    return len(turned)


def _check(codes: Sequence[Pair]) -> None:
    found = codes_faults(codes)
    if found:
        raise Invalid(errors=found[:100])


def _write_version(
    code_list: CodeList, number: int, codes: Sequence[Pair], effective_on: date, message: str
) -> CodeListVersion:
    return CodeListVersion.objects.create(
        code_list=code_list,
        number=number,
        effective_on=effective_on,
        change_message=message,
        codes=[code for code, _ in codes],
        names=[name for _, name in codes],
    )


def _put_in_force(code_list: CodeList, version: CodeListVersion) -> None:
    if version.effective_on <= timezone.localdate():
        code_list.change(current=version)
    else:
        code_list.change()
