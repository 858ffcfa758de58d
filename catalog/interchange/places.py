"""Whose an entry is and where it is filed: departments, classes and systems by what files say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from catalog.codes import holds_resources, parse_resource_code
from catalog.interchange.findings import Wrong


@dataclass(frozen=True)
class Departments:
    """Departments by full name, by short name where it is one's alone, and by credit code."""

    by_name: Mapping[str, UUID]
    by_code: Mapping[str, UUID]
    # The importer's own words for them: text -> id.
    mapped: Mapping[str, UUID] = field(default_factory=dict)
    # Whose the entries are where the file does not say it.
    own: UUID | None = None
    may_import: Callable[[UUID], bool] = lambda pk: True

    def find(self, name: str, code: str) -> UUID:
        """The department that a file names; Wrong if there is none or it is not the importer's."""
        found = self._find(name, code)
        if not self.may_import(found):
            raise Wrong("not-own-department", "you import for your own department only")
        return found

    def _find(self, name: str, code: str) -> UUID:
        if name in self.mapped:
            return self.mapped[name]
        by_name, by_code = self.by_name.get(name), self.by_code.get(code)
        if by_name and by_code and by_name != by_code:
            raise Wrong("department-differs", f"{code} is not the code of {name[:40]!r}")
        if name and by_name is None and by_code is None:
            raise Wrong(
                "department-unknown", f"{name[:60]!r} is not registered; map or register it"
            )
        found = by_code or by_name or self.own
        if code and by_code is None and not by_name:
            raise Wrong("department-unknown", f"no department has the code {code[:20]!r}")
        if found is None:
            raise Wrong("department-required", "the file does not say whose entry this is")
        return found


@dataclass(frozen=True)
class Categories:
    """Classes by code and by the path of their names; ``usual`` is the import's own."""

    by_code: Mapping[str, UUID]
    by_path: Mapping[str, UUID] = field(default_factory=dict)
    usual: UUID | None = None

    def find(self, said: str, code: str) -> UUID:
        """The class that a file names, that a code begins with, or the import's own."""
        if said:
            found = self.by_code.get(said) or self.by_path.get(said)
            if found is None:
                raise Wrong("category-unknown", f"there is no class {said[:60]!r}")
            return self._deep(said, found)
        of_code = self._of_code(code)
        found = of_code or self.usual
        if found is None:
            raise Wrong("category-required", "name a class in the file or for the import")
        return found

    def _deep(self, said: str, found: UUID) -> UUID:
        if self.by_code.get(said) and not holds_resources(said):
            raise Wrong("category-too-high", "choose a class of the second level (项) or below")
        return found

    def _of_code(self, code: str) -> UUID | None:
        try:
            return self.by_code.get(parse_resource_code(code).category)
        except ValueError:
            return None
