"""Lists of imports and of what was found in one."""

from operator import attrgetter
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Perm
from accounts.portal.listing import DepartmentsList, state_filter
from catalog.models import CatalogImport, ImportFinding
from catalog.portal import cells as own_cells
from catalog.portal.import_words import FINDINGS, KINDS, STATES
from catalog.portal.words import is_chinese
from kernel import cells
from kernel.lists import Column, Filter, List


class ImportList(DepartmentsList):
    """Files handed in, the newest first."""

    perm = Perm.CATALOG_IMPORT
    title = _("Imports")
    lead = _(
        "Catalogues taken in from files. A file is checked first; nothing is written until you "
        "confirm."
    )
    nothing = _("No file has been handed in yet.")
    search = ("source__icontains", "file_name__icontains")
    search_title = _("Catalogue or file")
    order = ("-created_at", "pk")
    filters = (state_filter(STATES),)
    columns = (
        Column(
            "source", _("Catalogue"), lambda row: row.source, cells.linked("import"),
            ("source",), width=36,
        ),
        Column(
            "file_name", _("File"), lambda row: row.file_name, cells.code, width=36
        ),
        Column(
            "department", _("Department"),
            lambda row: row.department.name if row.department else "", width=28,
        ),
        Column("state", _("State"), lambda row: row.word, own_cells.word, ("state",)),
        *(
            Column(name, title, attrgetter(name), is_number=True)
            for name, title in (
                ("received", _("Entries")), ("new", _("New")), ("changed", _("Changed ones")),
                ("wrong", _("Wrong")),
            )
        ),
        Column(
            "created_at", _("Handed in"), lambda row: timezone.localtime(row.created_at),
            cells.moment, ("created_at",),
        ),
    )  # fmt: skip

    def rows(self) -> Any:
        """Without the files themselves."""
        rows: Any = CatalogImport.objects.visible_to(self.actor)
        return rows.defer("body").select_related("department")

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the state in words."""
        for row in rows:
            row.word, row.badge = STATES[row.state]
        return rows

    @property
    def deeds(self) -> list[tuple[str, Any]]:
        """Handing in a file, and the empty template."""
        return [
            (reverse("import-new"), _("Hand in a file")),
            (reverse("import-template"), _("Get the template")),
        ]


class FindingList(List):
    """What was found in one import, in the order of its lines."""

    title = _("Findings of the check")
    nothing = _("Nothing was found: every value can be taken as it is.")
    search = ("column__icontains", "before__icontains")
    search_title = _("Column or value")
    order = ("line", "pk")
    filters = (
        Filter(
            "kind",
            _("Kind"),
            lambda actor: [(kind, title) for kind, (title, _b) in KINDS.items()],
            "kind",
        ),
    )
    columns = (
        Column("line", _("Row"), lambda row: row.line, sort=("line",), is_number=True),
        Column("column", _("Column"), lambda row: row.column, sort=("column",), width=28),
        Column("kind", _("Kind"), lambda row: row.word, own_cells.word, ("kind",)),
        Column("before", _("Value in the file"), lambda row: row.before, width=40),
        Column("after", _("Value taken"), lambda row: row.after, width=40),
        Column("hint", _("Cause and cure"), lambda row: row.hint, width=60),
    )

    def rows(self) -> Any:
        """The findings of the import in the address."""
        return ImportFinding.objects.visible_to(self.actor).filter(
            catalog_import_id=self.path.strip("/").split("/")[1]
        )

    def lines(self, rows: list[Any]) -> list[Any]:
        """With cause and cure."""
        for row in rows:
            row.word, row.badge = KINDS[row.kind]
            row.hint = FINDINGS.get(row.code, row.detail if not is_chinese() else row.code)
        return rows
