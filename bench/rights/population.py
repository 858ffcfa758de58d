"""A made-up register of residents: twelve items, as many rows as asked for, the same every time."""

from pathlib import Path

import duckdb

from exchange.dataplane.schema import Item, Schema

RESIDENTS = Schema(
    (
        Item("identity", "string", title="公民身份号码", length=18, required=True),
        Item("name", "string", title="姓名", length=20, required=True),
        Item("sex", "string", title="性别", codes=("1", "2")),
        Item("born", "date", title="出生日期"),
        Item("phone", "string", title="联系电话", length=20),
        Item("division", "string", title="行政区划", length=6),
        Item("address", "string", title="住址", length=100),
        Item("household", "string", title="户号", length=12),
        Item("income", "decimal", title="年收入", length=12, scale=2),
        Item("score", "float", title="评分"),
        Item("alone", "boolean", title="独居"),
        Item("updated", "datetime", title="更新时间"),
    ),
    ("identity",),
)

_ITEMS = """
    SELECT
        division || strftime(born, '%Y%m%d') || lpad((n % 10000)::VARCHAR, 4, '0') AS identity,
        substr('王李张刘陈杨赵黄周吴', (h % 10)::INTEGER + 1, 1)
            || substr('伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平', (h // 10 % 20)::INTEGER + 1, 1)
            || substr('伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平', (h // 200 % 20)::INTEGER + 1, 1)
            AS name,
        (h % 2 + 1)::VARCHAR AS sex,
        born,
        '1' || (3000000000 + hash(n, 3) % 6999999999)::VARCHAR AS phone,
        division,
        '云岭省' || substr('东西南北中', (h % 5)::INTEGER + 1, 1) || '江市'
            || substr('东西南北中', (h // 7 % 5)::INTEGER + 1, 1) || '山区人民路'
            || (h % 900)::VARCHAR || '号' || (h // 900 % 30)::VARCHAR || '室' AS address,
        lpad((hash(n, 4) % 400000)::VARCHAR, 12, '0') AS household,
        ((hash(n, 5) % 30000000)::BIGINT / 100)::DECIMAL(12, 2) AS income,
        (hash(n, 6) % 1000000)::DOUBLE / 10000 AS score,
        hash(n, 7) % 8 = 0 AS alone,
        TIMESTAMPTZ '2024-01-01 00:00:00+00'
            + INTERVAL 1 SECOND * (hash(n, 8) % 60000000)::BIGINT AS updated
    FROM (
        SELECT
            n, hash(n) AS h, '99' || lpad((hash(n, 1) % 9000 + 100)::VARCHAR, 4, '0') AS division,
            DATE '1936-01-01' + (hash(n, 2) % 32000)::INTEGER AS born
        FROM range({drawn}) AS numbers(n)
    )
    QUALIFY row_number() OVER (PARTITION BY identity ORDER BY n) = 1
    ORDER BY identity
    LIMIT {rows}
"""


def write_residents(path: Path, rows: int) -> None:
    """A Parquet file of so many residents, sorted by key as snapshots are."""
    # A few numbers are drawn twice and left out.
    drawn = rows + rows // 100 + 10
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        con.execute(
            f"COPY ({_ITEMS.format(rows=rows, drawn=drawn)}) TO '{path}' "
            "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 65536)"
        )
