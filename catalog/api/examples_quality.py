"""Real content for the API's document: demands, the census, quality."""

from drf_spectacular.utils import OpenApiExample

_DEMAND = {
    "title": "农村留守儿童父母外出务工信息",
    "description": "核实留守儿童父母的务工地点和联系方式，用于落实监护责任。",
    "wanted_items": ["务工人员姓名", "公民身份号码", "务工地点", "联系电话"],
    "basis": "《未成年人保护法》第二十二条、第九十二条",
    "scenario": "民政部门核实留守儿童监护情况",
    "needed_by": "2026-12-31",
}
_REFUSAL = {
    "reason": "举报人信息依法不得向其他部门提供。",
    "legal_basis": "《中华人民共和国监察法》第三十九条",
}


def _body(name: str, /, **value: object) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


_ROUTE = {
    "department": "01936f60-0000-7000-8000-00000000d002",
    "reason": "外出务工登记属人力资源社会保障部门职责。",
    "workdays": 10,
}
DEMANDS = {
    "create": [_body("Where parents work", **_DEMAND)],
    "merge": [_body("The same need", into="01936f60-0000-7000-8000-00000000f001")],
    "route": [_body("To whom it falls", **_ROUTE)],
    "offer": [
        _body(
            "A resource in force",
            resource="01936f60-0000-7000-8000-00000000a001",
            reason="外出务工人员登记信息已发布，按月更新。",
        )
    ],
    "refuse": [_body("With its basis", **_REFUSAL)],
    "dispute": [_body("Why", reason="所列条款限于监察工作，不适用于本事项。")],
    "settle": [_body("The last word", settlement="拒绝理由成立，由需求部门另行采集。")],
    "reroute": [_body("Anew", **{**_ROUTE, "reason": "拒绝依据不成立，请重新答复。"})],
}
CAMPAIGNS = {
    "create": [
        _body(
            "A census",
            name="2026年政务信息资源大普查",
            instructions="逐条核对本部门目录，补齐六项普查数据，由共享工作机构负责人确认。",
            due_on="2026-12-25",
        )
    ]
}
CAMPAIGN_TASKS = {"return_": [_body("What to mend", reason="尚有12条目录未填存储总量。")]}
