from catalog.models.category import Category
from catalog.models.census import Campaign, CampaignTask
from catalog.models.change import Adjustment, Comment
from catalog.models.codelist import CodeList, CodeListVersion, DataElement
from catalog.models.demand import Demand
from catalog.models.feedback import Feedback
from catalog.models.intake import CatalogImport, ImportFinding, SourceMapping
from catalog.models.likeness import Likeness, LikenessScan
from catalog.models.resource import Entry, Item, Placement, Resource
from catalog.models.search import SavedSearch, SearchDocument, SynonymSet

__all__ = [
    "Adjustment",
    "Campaign",
    "CampaignTask",
    "CatalogImport",
    "Category",
    "CodeList",
    "CodeListVersion",
    "Comment",
    "DataElement",
    "Demand",
    "Entry",
    "Feedback",
    "ImportFinding",
    "Item",
    "Likeness",
    "LikenessScan",
    "Placement",
    "Resource",
    "SavedSearch",
    "SearchDocument",
    "SourceMapping",
    "SynonymSet",
]
