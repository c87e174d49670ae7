"""Reads test/golden/parquet with pyarrow and DuckDB and compares every value with rows.json.

python3 -m venv /tmp/readers && /tmp/readers/bin/pip install pyarrow duckdb
/tmp/readers/bin/python scripts/golden/parquet-readers.py test/golden/parquet
"""

import json
import struct
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

folder = Path(sys.argv[1])
expected_tables = json.loads((folder / "rows.json").read_text(encoding="utf-8"))


def plain(column, value):
    if column in ("lineage", "responses", "requestHashes", "cost"):
        return json.loads(value)
    if column == "sketch":
        return list(struct.unpack(f"<{len(value) // 4}f", value))
    return value


def compare(reader, table, rows):
    found = [{column: plain(column, value) for column, value in row.items()} for row in rows]
    expected = expected_tables[table]
    assert found == expected, f"{reader}: {table} differs"
    print(f"{reader}: {table}, {len(found)} rows equal")


for table in expected_tables:
    path = folder / f"{table}.parquet"
    arrow = pq.read_table(path)
    compare(f"pyarrow {pa.__version__}", table, arrow.to_pylist())
    relation = duckdb.sql(f"select * from read_parquet('{path}')")
    columns = relation.columns
    compare(f"duckdb {duckdb.__version__}", table, [dict(zip(columns, row)) for row in relation.fetchall()])

file = pq.ParquetFile(folder / "sketches.parquet")
print(file.schema)
print(file.metadata.metadata, file.metadata.format_version, file.metadata.created_by)
print(duckdb.sql(f"describe select * from read_parquet('{folder}/sketches.parquet')"))
