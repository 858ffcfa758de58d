"""Systems with every column filled, and forms as departments send them."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import xlsxwriter
from openpyxl import load_workbook

from accounts.register.columns import FORM
from tests.factories.accounts import SystemFactory

FULL = {
    "code": "MZ-001",
    "function": "婚姻登记\n与档案查询",
    "protection_level": "3",
    "funding_source": "省级财政",
    "project_name": "婚姻登记信息化项目",
    "approval_department": "省发展和改革委员会",
    "approved_on": date(2018, 3, 15),
    "investment": Decimal("320.50"),
    "maintenance_cost": Decimal("18.00"),
    "started_on": date(2019, 1, 1),
    "network": "extranet",
    "internal_office": "社会事务处",
    "contact_name": "王芳",
    "contact_phone": "0990-1234567",
    "maintainer": "示例信息技术公司",
    "owner_level": "department",
    "origin": "own",
    "hosting": "cloud",
    "builder": "示例省民政厅",
    "contractor": "示例软件公司",
    "architecture": "browser",
    "login_method": "统一身份认证",
    "maintained_until": date(2027, 6, 30),
    "funding_mode": "government",
    "condition": "good",
    "use_scope": "vertical",
    "use_frequency": "daily",
    "user_count": 0,
    "business_items": ["结婚登记", "离婚登记"],
    "data_items": ["登记日期", "登记机关"],
    "supported_services": ["婚姻登记预约"],
    "season": [3, 10],
    "storage_gb": Decimal("120.500"),
    "yearly_growth_gb": Decimal("0.125"),
    "has_interface": True,
    "has_online_service": True,
    "has_export": False,
    "protection_number": "990000-00001",
    "classified_protection": "不涉及",
}


def full_system(**columns):
    """A system that lacks nothing, also for its filing."""
    return SystemFactory(**(FULL | columns))


def workbook_of(rows, headers=None, formulas=()):
    """A workbook: headers (the form's), then rows of values; ``formulas`` are (row, column)."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("信息系统登记表")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, headers or [column.title for column in FORM])
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, place, value, day)
                elif value is not None:
                    sheet.write(number, place, value)
        for row, column, text in formulas:
            sheet.write_formula(row - 1, column - 1, text)
    return out.getvalue()


def rows_of(content):
    """The values of a workbook's first sheet, row by row."""
    book = load_workbook(BytesIO(content))
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
