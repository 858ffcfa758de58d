"""Examples of the API document: duplicates and repeated collection."""

from drf_spectacular.utils import OpenApiExample


def _why(title: str, reason: str) -> list[OpenApiExample]:
    return [OpenApiExample(title, value={"reason": reason}, request_only=True)]


LIKENESSES = {
    "confirm": _why("One resource", "机构改革后重复登记，由民政厅保留，教育厅撤销。"),
    "dismiss": _why("Two resources", "一为学校登记信息，一为学校年检结果，口径不同。"),
    "reopen": _why("Another look", "原答复部门已并入，重新核对。"),
    "scan": [OpenApiExample("All entries", value={}, request_only=True)],
}
