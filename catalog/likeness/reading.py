"""The entries in force and their items out of PostgreSQL into DuckDB, by COPY."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
from django.db import connection

from catalog.likeness.comparing import EntrySaid
from catalog.models import DataElement

_ENTRIES = """
COPY (
    SELECT row_number() OVER (ORDER BY r.created_at, r.id) - 1, r.id, e.id, r.department_id,
           d.name, e.name, e.abstract, r.is_attached,
           CASE e.share_type WHEN 'unconditional' THEN 0 WHEN 'conditional' THEN 1 ELSE 2 END,
           extract(epoch FROM e.published_at)
    FROM catalog_entry e JOIN catalog_resource r ON r.id = e.resource_id
    JOIN accounts_department d ON d.id = r.department_id
    WHERE e.state = 'published'
) TO STDOUT (FORMAT csv)
"""
_ENTRY_COLUMNS = {
    "n": "INT", "resource": "UUID", "entry": "UUID", "department": "UUID", "office": "VARCHAR",
    "name": "VARCHAR", "abstract": "VARCHAR", "attached": "BOOLEAN", "shared": "INT",
    "since": "DOUBLE",
}  # fmt: skip
_ITEMS = """
COPY (
    SELECT i.entry_id, i."column", coalesce(m.name, i.name), i.data_type, coalesce(i.length, 0),
           coalesce(i.code_list_id::text, m.code_list_id::text, ''), i.is_key,
           coalesce(i.source_department_id = e.department_id, false)
    FROM catalog_item i JOIN catalog_entry e ON e.id = i.entry_id
    LEFT JOIN catalog_dataelement m ON m.id = i.element_id
    WHERE e.state = 'published'
) TO STDOUT (FORMAT csv)
"""
_ITEM_COLUMNS = {
    "entry": "UUID", "col": "VARCHAR", "name": "VARCHAR", "data_type": "VARCHAR", "length": "INT",
    "code_list": "VARCHAR", "is_key": "BOOLEAN", "is_source": "BOOLEAN",
}  # fmt: skip
# Types between which a department's choice says nothing.
_KINDS = """
CASE WHEN data_type IN ('N', 'Y', 'B', 'I', 'F') THEN 'number'
     WHEN data_type IN ('D', 'T') THEN 'date' WHEN data_type = 'L' THEN 'logical'
     WHEN data_type = 'blob' THEN 'bytes' ELSE 'text' END
"""
BATCH = 20_000


def read_catalogue(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Make ``facts``, one row an entry in force, numbered from the oldest resource on from 0, and
    ``items`` of these entries."""
    _load(con, folder / "entries.csv", "facts", _ENTRIES, _ENTRY_COLUMNS, "*")
    _load(
        con,
        folder / "items.csv",
        "written",
        _ITEMS,
        _ITEM_COLUMNS,
        f"* EXCLUDE (data_type, code_list), {_KINDS} AS kind, coalesce(code_list, '') AS code_list",
    )
    con.execute(
        "CREATE TABLE items AS SELECT f.n, w.* EXCLUDE entry FROM written w JOIN facts f"
        " USING (entry)"
    )
    con.execute("DROP TABLE written")


def entries_said(con: duckdb.DuckDBPyConnection) -> Iterator[EntrySaid]:
    """What the entries of ``facts`` say, in the order of their numbers."""
    reader = con.cursor().execute(
        "SELECT n, name, department, office, abstract FROM facts ORDER BY n"
    )
    while rows := reader.fetchmany(BATCH):
        for n, name, department, office, abstract in rows:
            yield EntrySaid(n, name, department, office, abstract or "")


def element_names() -> dict[str, str]:
    """Other names of data elements -> the element's name."""
    elements = DataElement.objects.values_list("name", "synonyms")
    return {other: name for name, synonyms in elements for other in synonyms}


def _load(
    con: duckdb.DuckDBPyConnection,
    file: Path,
    table: str,
    query: str,
    columns: dict[str, str],
    chosen: str,
) -> None:
    with file.open("wb") as out, connection.cursor() as cursor:
        cursor.copy_expert(query, out)
    con.execute(
        f"""CREATE TABLE {table} AS SELECT {chosen}
            FROM read_csv($file, header = false, columns = {columns}, delim = ',', quote = '"',
                          escape = '"', new_line = '\\n', strict_mode = false,
                          max_line_size = 4000000)""",  # noqa: S608 - names of this module
        {"file": str(file)},
    )
    file.unlink()
