"""Real content for the API's document: an open-data portal's catalogue taken in."""

from drf_spectacular.utils import OpenApiExample

MAPPING = {
    "columns": {"标题": "name", "数据领域": "industry", "开放条件": "openness"},
    "values": {"update_cycle": {"不定期": "other"}},
    "defaults": {"share_type": "unconditional", "share_condition": "无条件"},
    "departments": {"市教育局": "11990000MB9001114L"},
}
IMPORT_EXAMPLES = {
    "check": [
        OpenApiExample("A portal's columns and words", {"mapping": MAPPING}, request_only=True)
    ],
}
