"""Examples of code lists and data elements, for the API document."""

from drf_spectacular.utils import OpenApiExample

_ID = "01936f60-0000-7000-8000-0000000000{:02d}"
CODES = [
    {"code": "0", "name": "未知的性别"},
    {"code": "1", "name": "男性"},
    {"code": "2", "name": "女性"},
    {"code": "9", "name": "未说明的性别"},
]
CODE_LIST = {
    "identifier": "GB/T 2261.1",
    "name": "人的性别代码",
    "effective_on": "2003-12-01",
    "codes": CODES,
}
ELEMENT = {
    "identifier": "DE00011",
    "name": "性别",
    "definition": "人的生理性别。",
    "standard": "GB/T 2261.1",
    "data_type": "C",
    "length": 1,
    "code_list": _ID.format(21),
    "synonyms": ["性别代码", "XB"],
}


def _body(name: str, value: object) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


CODE_LIST_EXAMPLES = {
    "create": [_body("Sexes", CODE_LIST)],
    "revise": [
        _body(
            "A code added",
            {
                "effective_on": "2026-01-01",
                "change_message": "补充未说明的性别。",
                "codes": CODES,
            },
        )
    ],
}
ELEMENT_EXAMPLES = {
    "create": [_body("Sex", ELEMENT)],
    "partial_update": [_body("Another name in use", {"synonyms": ["性别代码", "XB", "xingbie"]})],
    "name_source": [
        _body(
            "The register of households",
            {"source_department": _ID.format(3), "reason": "以户籍登记为准。"},
        )
    ],
}
