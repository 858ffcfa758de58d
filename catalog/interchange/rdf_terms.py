"""Words of DCAT-AP and of our own vocabulary, for what DCAT has no word for."""

from rdflib import Namespace
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SKOS, XSD

# Terms of ours: a column of the catalogue each (sq:share_type, sq:records_wan, ...).
SQ = Namespace("urn:shuqiao:terms:")
FREQUENCY = Namespace("http://publications.europa.eu/resource/authority/frequency/")
ACCESS = Namespace("http://publications.europa.eu/resource/authority/access-right/")
FREQUENCIES = {
    "realtime": "CONT",
    "daily": "DAILY",
    "weekly": "WEEKLY",
    "monthly": "MONTHLY",
    "quarterly": "QUARTERLY",
    "half_yearly": "ANNUAL_2",
    "yearly": "ANNUAL",
    "other": "IRREG",
}
ACCESS_RIGHTS = {
    "unconditional": "PUBLIC",
    "conditional": "RESTRICTED",
    "not_shared": "NON_PUBLIC",
}
PREFIXES = {"dcat": DCAT, "dct": DCTERMS, "foaf": FOAF, "skos": SKOS, "sq": SQ}

__all__ = [
    "ACCESS",
    "ACCESS_RIGHTS",
    "DCAT",
    "DCTERMS",
    "FOAF",
    "FREQUENCIES",
    "FREQUENCY",
    "PREFIXES",
    "RDF",
    "SKOS",
    "SQ",
    "XSD",
]
