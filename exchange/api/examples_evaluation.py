"""Example of an evaluation."""

from drf_spectacular.utils import OpenApiExample

from exchange.evaluation import INDICATORS, SCORE_EN, SCORE_ZH

EVALUATIONS = [
    OpenApiExample(
        "One department",
        value={
            "since": "2025-03-12",
            "until": "2026-03-12",
            "indicators": [vars(INDICATORS[0])],
            "formula_zh": SCORE_ZH,
            "formula_en": SCORE_EN,
            "departments": [
                {
                    "department": "01948f3e-6d1c-7c52-a7b4-0a6f3f3f9c11",
                    "name": "示例省教育厅",
                    "score": 95.0,
                    "dimensions": {
                        "timeliness": 95.0,
                        "quality": None,
                        "use": None,
                        "security": None,
                    },
                    "values": {"answered_in_time": {"part": 19, "whole": 20, "share": 0.95}},
                    "traffic": {
                        "uses_provided": 1203,
                        "rows_provided": 48211,
                        "uses_received": 0,
                        "rows_received": 0,
                    },
                }
            ],
        },
        response_only=True,
    )
]
