"""Examples of the API document: connectors."""

from drf_spectacular.utils import OpenApiExample

_SYSTEM = "019ab0c2-7d10-7c3e-9a51-2f6d3c8e1b12"

REGISTER = [
    OpenApiExample(
        "a PostgreSQL database",
        request_only=True,
        value={
            "system": _SYSTEM,
            "name": "婚姻登记库只读",
            "kind": "postgres",
            "options": {
                "host": "10.20.3.15",
                "port": 5432,
                "database": "civil",
                "user": "hub_reader",
                "sslmode": "require",
            },
            "secrets": {"password": "given once, never shown"},
        },
    ),
    OpenApiExample(
        "CSV files over SFTP",
        request_only=True,
        value={
            "system": _SYSTEM,
            "name": "日终文件",
            "kind": "sftp",
            "options": {
                "host": "files.example.gov.cn",
                "user": "hub",
                "host_key": "SHA256:uNiVztksCsDhcc0u9e8BrtPqBoUbJbh8Uy7fWVQ4cBM",
                "root": "/out/day",
                "format": "csv",
                "encoding": "gb18030",
            },
            "secrets": {"password": "given once, never shown"},
        },
    ),
]
CHANGE = [
    OpenApiExample(
        "a new password", request_only=True, value={"secrets": {"password": "the next one"}}
    )
]
DESCRIBE = [
    OpenApiExample(
        "for a dataset",
        request_only=True,
        value={"table": "civil.marriage", "dataset": "019ab0c2-7d10-7c3e-9a51-2f6d3c8e1b02"},
    )
]
PREVIEW = [
    OpenApiExample("five rows", request_only=True, value={"table": "civil.marriage", "rows": 5})
]
