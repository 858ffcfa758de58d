"""Refusals about the catalogue."""

from kernel.errors import Conflict, Invalid


class NotEditable(Conflict):
    """Only a draft or a returned version can be edited."""

    code = "not-editable"
    title = "This version can no longer be edited"


class RevisionOpen(Conflict):
    """A resource has at most one version in work."""

    code = "revision-open"
    title = "A new version of this resource is already in work"


class NothingInWork(Conflict):
    """The resource has no version in work; revise it to begin one."""

    code = "nothing-in-work"
    title = "No version of this resource is in work"


class NameTaken(Conflict):
    """A department's resources have different names."""

    code = "name-taken"
    title = "This department already has a resource of this name"


class CategoryTaken(Conflict):
    """The code of a class is given once."""

    code = "category-taken"
    title = "There is already a class with this code"


class CategoryFixed(Conflict):
    """A resource that has its code stays in the class that the code begins with."""

    code = "category-fixed"
    title = "This resource has its code and can no longer change its class"


class NoAuthority(Conflict):
    """Nobody holds the role of the sharing authority, which has to review (Order 809 Art. 16)."""

    code = "no-authority"
    title = "There is no sharing authority to hand this to"


class EntryIncomplete(Invalid):
    """What the guide and Order 809 Art. 13-15 require is missing."""

    code = "entry-incomplete"
    title = "The entry is not complete"


class CategoryInvalid(Invalid):
    """The code of a class does not follow the guide's tree."""

    code = "category-invalid"
    title = "This class does not fit the tree"


class NotInForce(Conflict):
    """The resource has no published version."""

    code = "not-in-force"
    title = "This resource is not published"
