"""Examples of the API document: publishing in parts, and taking a batch back."""

from drf_spectacular.utils import OpenApiExample

UPLOAD = [
    OpenApiExample(
        "a large export, compressed",
        request_only=True,
        value={
            "kind": "snapshot",
            "content_type": "text/csv; charset=gb18030",
            "content_encoding": "gzip",
            "size": 734003200,
            "content_digest": "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
        },
    )
]
RECALL = [
    OpenApiExample(
        "a broken export", request_only=True, value={"reason": "导出脚本出错，区县名称错位"}
    )
]
