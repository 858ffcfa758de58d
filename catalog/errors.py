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


class SearchNameTaken(Conflict):
    """A person's saved searches have different names."""

    code = "search-name-taken"
    title = "You already have a saved search of this name"


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


class PlacementTaken(Conflict):
    """The resource hangs under this class already."""

    code = "placement-taken"
    title = "This resource is in that class already"


class PlacementFixed(Conflict):
    """A place that has its code keeps it."""

    code = "placement-fixed"
    title = "This place has its code and can no longer be given up"


class CodeListTaken(Conflict):
    """The identifier of a code list is given once."""

    code = "code-list-taken"
    title = "There is already a code list with this identifier"


class ElementTaken(Conflict):
    """The identifier of a data element is given once."""

    code = "element-taken"
    title = "There is already a data element with this identifier"


class FeedbackSettled(Conflict):
    """What the public said is settled once."""

    code = "feedback-settled"
    title = "This feedback is settled already"


class CommentResolved(Conflict):
    """A comment is settled once."""

    code = "comment-resolved"
    title = "This comment is settled already"


class MergeTargetAnswered(Conflict):
    """Demands are merged into one that still waits for its answer."""

    code = "merge-target-answered"
    title = "The demand to merge into is answered or ended already"


class DemandShared(Conflict):
    """A demand that others were merged into is theirs too."""

    code = "demand-shared"
    title = "Others' demands hang on this one"


class CampaignClosed(Conflict):
    """A census that is over takes no more answers."""

    code = "campaign-closed"
    title = "This census is over"


class ImportOvertaken(Conflict):
    """Others entered one of an import's resources while it was taken in."""

    code = "import-overtaken"
    title = "Others entered one of these resources meanwhile"
