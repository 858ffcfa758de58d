"""The table of twelve columns that all figures about moving bytes are made with.

A made-up register of persons, the same rows every time: a number as its key, texts of Chinese and
of digits, a date, a moment, a decimal, a boolean, and a remark that compresses badly.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from exchange.dataplane.schema import Item, Schema

PERSONS = Schema(
    (
        Item("id", "integer", title="编号", required=True, minimum=1),
        Item("id_card", "string", title="证件号码", length=18, required=True),
        Item("name", "string", title="姓名", length=50, required=True),
        Item("gender", "string", title="性别", codes=("男", "女")),
        Item("birth", "date", title="出生日期"),
        Item("region_code", "string", title="行政区划代码", pattern="[0-9]{6}"),
        Item("address", "string", title="住址", length=200),
        Item("phone", "string", title="联系电话", length=20),
        Item("married", "boolean", title="已婚"),
        Item("income", "decimal", title="收入", length=12, scale=2),
        Item("updated_at", "datetime", title="更新时间"),
        Item("remark", "string", title="备注", length=200),
    ),
    ("id",),
)

# The same table for PostgreSQL.
CREATE = """
    CREATE TABLE person (
        id bigint PRIMARY KEY, id_card text NOT NULL, name text NOT NULL, gender text, birth date,
        region_code text, address text, phone text, married boolean, income numeric(12, 2),
        updated_at timestamptz NOT NULL, remark text)
"""
# What a source that is read by its watermark should have; see docs/howto/connectors.md.
INDEX = "CREATE INDEX ON person (updated_at, id)"
FILL = """
    INSERT INTO person
    SELECT g, lpad((110101190000000000 + g)::text, 18, '0'), '张三' || g,
        CASE WHEN g % 2 = 0 THEN '男' ELSE '女' END, date '1950-01-01' + (g % 25000)::int,
        lpad((110000 + g % 9999)::text, 6, '0'), '某省某市某区某街道' || g || '号',
        '138' || lpad((g % 100000000)::text, 8, '0'), g % 3 = 0,
        round((g % 1000000) / 7.0, 2),
        timestamptz '2026-01-01 00:00:00+00' + g * interval '1 second', md5(g::text)
    FROM generate_series({first}, {last}) AS g
"""
# Every step-th row is changed.
CHANGE = "UPDATE person SET name = name || '改', updated_at = now() WHERE id % {step} = {turn}"

_ROWS = """
    SELECT g AS id, lpad((110101190000000000 + g)::VARCHAR, 18, '0') AS id_card,
        '张三' || g AS name, CASE WHEN g % 2 = 0 THEN '男' ELSE '女' END AS gender,
        DATE '1950-01-01' + (g % 25000)::INTEGER AS birth,
        lpad((110000 + g % 9999)::VARCHAR, 6, '0') AS region_code,
        '某省某市某区某街道' || g || '号' AS address,
        '138' || lpad((g % 100000000)::VARCHAR, 8, '0') AS phone, g % 3 = 0 AS married,
        round((g % 1000000) / 7, 2)::DECIMAL(12, 2) AS income,
        {moment} AS updated_at, md5(g::VARCHAR) AS remark
    FROM range(1, {rows} + 1) AS numbers(g)
"""
_MOMENT = "TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL 1 SECOND * g"
_OPTIONS = {
    "parquet": "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 65536",
    "csv": "FORMAT csv, HEADER",
    "ndjson": "FORMAT json",
}


def write_persons(path: Path, rows: int, format: str = "parquet") -> None:
    """A file of so many persons in the order of their key; format parquet, csv or ndjson."""
    # Text formats name the moment as the platform takes it.
    moment = _MOMENT if format == "parquet" else f"strftime({_MOMENT}, '%Y-%m-%dT%H:%M:%SZ')"
    with duckdb.connect(config={"threads": 2}) as con:
        con.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        con.execute(
            f"COPY ({_ROWS.format(rows=rows, moment=moment)}) TO '{path}' ({_OPTIONS[format]})"
        )
