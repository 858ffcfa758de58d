"""Catalogues taken in from files: handed in, checked as often as wanted, taken in once."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import may_everywhere, require
from catalog.codes import holds_resources
from catalog.copying import copy_in
from catalog.errors import CategoryInvalid, ImportOvertaken
from catalog.intake.world import world_of
from catalog.intake.writing import write
from catalog.interchange.findings import NORMALISED, Finding
from catalog.interchange.keys import source_keys
from catalog.interchange.mapping import SourceWords, read_mapping
from catalog.interchange.normalising import normalise
from catalog.interchange.planning import Planned, plan
from catalog.interchange.reading import FORMATS, format_of, read_catalogue
from catalog.models import CatalogImport, Category, ImportFinding, SourceMapping
from catalog.states import INTAKE
from kernel.errors import Forbidden, Invalid
from kernel.texts import Text

KINDS = ("new", "changed", "unchanged", "wrong")


@transaction.atomic
def upload_import(
    body: bytes,
    *,
    actor: Actor,
    source: str,
    standing: str = CatalogImport.Standing.DRAFT,
    kind: str | None = None,
    file_name: str = "",
    department: Department | None = None,
    category: Category | None = None,
) -> CatalogImport:
    """Keep a file to be checked; the mapping of the source's last import is its first one.

    A steward imports for the own department; whoever may import everywhere names a department, or
    the file does. ``kind`` is one of FORMATS, told by the bytes if it is left out.
    """
    if actor.id is None:
        raise Forbidden("somebody has to answer for it")
    if not may_everywhere(actor, Perm.CATALOG_IMPORT):
        if actor.department_id is None:
            raise Forbidden("only a department has resources")
        department = Department.objects.get(pk=actor.department_id)
    owner_id = department.pk if department else None
    require(actor, Perm.CATALOG_IMPORT, owner_id)
    if standing == CatalogImport.Standing.IN_FORCE:
        require(actor, Perm.CATALOG_LOAD)
    if kind is not None and kind not in FORMATS:
        raise Invalid.field("format", Text("choose from: {known}", known=FORMATS), "invalid-choice")
    if category is not None and not holds_resources(category.code):
        raise CategoryInvalid.field("category", "choose a class of 3 digits or more", "too-high")
    remembered = SourceMapping.objects.filter(source=source, department=department).first()
    row = CatalogImport.objects.create(
        department=department,
        source=source,
        standing=standing,
        format=kind or format_of(body),
        file_name=file_name[:200],
        body=body,
        body_digest=hashlib.sha256(body).hexdigest(),
        mapping=remembered.mapping if remembered else {},
        category=category,
        uploaded_by=actor.id,
    )
    audit.record(actor, "catalog_import.uploaded", row, source=source, digest=row.body_digest)
    return row


@transaction.atomic
def check_import(
    row: CatalogImport, *, actor: Actor, mapping: Mapping[str, Any] | None = None
) -> CatalogImport:
    """Say what taking the file in would do, with a finding for each value; writes no entry.

    A mapping that is given takes the place of the import's.
    """
    require(actor, Perm.CATALOG_IMPORT, row.department_id)
    INTAKE.check(row, "check")
    words = read_mapping(row.mapping if mapping is None else mapping)
    planned, findings = _plan(row, words, actor)
    INTAKE.move(row, "check", mapping=words.facts(), **_counts(planned))
    _keep_findings(row, findings)
    audit.record(actor, "catalog_import.checked", row, **_facts(row))
    return row


@transaction.atomic
def take_import(row: CatalogImport, *, actor: Actor) -> CatalogImport:
    """Take the right entries of a checked file in; the same file again changes nothing.

    The plan is made anew against the catalogue as it is now, so the counts may differ from the
    check's. ImportOvertaken if others entered one of its resources at the same moment.
    """
    require(actor, Perm.CATALOG_IMPORT, row.department_id)
    if row.standing == CatalogImport.Standing.IN_FORCE:
        require(actor, Perm.CATALOG_LOAD)
    INTAKE.move(row, "take", taken_at=timezone.now())
    # A check that ended since the row was read may have brought another mapping.
    row.refresh_from_db(fields=["mapping"])
    _hold_source(row.source)
    words = read_mapping(row.mapping)
    planned, findings = _plan(row, words, actor, is_held=True)
    try:
        with transaction.atomic():
            traces = write(planned, row, actor=actor)
    except IntegrityError as overtaken:
        raise ImportOvertaken("take it in again") from overtaken
    for verb, deeds in traces:
        audit.record_all(actor, verb, deeds)
    row.change(**_counts(planned))
    _keep_findings(row, findings)
    SourceMapping.objects.update_or_create(
        source=row.source, department=row.department, defaults={"mapping": row.mapping}
    )
    audit.record(actor, "catalog_import.taken", row, **_facts(row))
    return row


@transaction.atomic
def discard_import(row: CatalogImport, *, actor: Actor) -> CatalogImport:
    """Throw a file away that was not taken in; what was found in it stays to be read."""
    require(actor, Perm.CATALOG_IMPORT, row.department_id)
    INTAKE.move(row, "discard", body=b"")
    audit.record(actor, "catalog_import.discarded", row)
    return row


def _plan(
    row: CatalogImport, words: SourceWords, actor: Actor, *, is_held: bool = False
) -> tuple[list[Planned], list[Finding]]:
    sheet = read_catalogue(bytes(row.body), row.format, words)
    entries = [normalise(raw, words, sheet.titles) for raw in sheet.raws]
    keys = source_keys(entries)
    world = world_of(row, entries, keys, words, actor=actor, is_held=is_held)
    planned = plan(entries, keys, world)
    ignored = [
        Finding(1, header[:120], NORMALISED, "column-ignored", detail="map it, or leave it out")
        for header in sheet.ignored
    ]
    return planned, [*ignored, *(found for entry in entries for found in entry.findings)]


def _counts(planned: Sequence[Planned]) -> dict[str, int]:
    kinds = Counter(one.kind for one in planned)
    told = Counter(found.kind for one in planned for found in one.entry.findings)
    return {
        "received": len(planned),
        **{kind: kinds[kind] for kind in KINDS},
        "normalised": told["normalised"],
        "kept": told["kept"],
    }


def _keep_findings(row: CatalogImport, findings: Sequence[Finding]) -> None:
    ImportFinding.objects.filter(catalog_import=row).delete()
    copy_in(
        ImportFinding(
            catalog_import=row,
            line=found.line,
            column=found.column[:120],
            kind=found.kind,
            code=found.code,
            before=found.before,
            after=found.after,
            detail=found.detail,
        )
        for found in findings
    )


def _facts(row: CatalogImport) -> dict[str, Any]:
    return {"source": row.source, "received": row.received} | {
        kind: getattr(row, kind) for kind in KINDS
    }


def _hold_source(source: str) -> None:
    """One import of a source at a time: the second one sees what the first one made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 17))", [source])
