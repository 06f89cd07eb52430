"""The server as ClickHouse's JDBC driver sees it, which Spark and many BI tools come through."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from contracts.settings import process_environment
from local_stack.jars import run_ivy
from tests.local_stack.clickhouse_server.wire import ServerProcess

DRIVER = ("com.clickhouse", "clickhouse-jdbc", "0.9.8")
HERE = Path(__file__).parent
SEEN = """
    create or replace table seen (
        id UInt64, day Date, at DateTime('UTC'), exact DateTime64(6, 'UTC'), price Decimal(18, 4), share Float64,
        text String, note Nullable(String), flag Bool, store LowCardinality(String)
    ) engine = MergeTree order by id
"""
# Row `id` has the price id / 4, so every figure below can be worked out by hand.
ROWS = """
    insert into seen select number, toDate('2026-01-01') + number % 365,
        toDateTime('2026-01-01 00:00:00', 'UTC') + number, toDateTime64('2026-01-01 00:00:00.123456', 6, 'UTC'),
        number / 4, number / 8, concat('s', toString(number)),
        if(number % 2 = 0, null, 'x'), number % 2, toString(number % 2) from numbers(200000)
"""


@pytest.mark.long
def test_clickhouse_jdbc_through_spark(server: ServerProcess, tmp_path: Path) -> None:
    """Types, values, partitioned and filtered reads, aggregates, appends and errors come as from any ClickHouse."""
    run_ivy(tmp_path, ["-dependency", *DRIVER, "-confs", "default"], f"{tmp_path}/jars/[artifact]-[revision].[ext]")
    jars = ",".join(str(jar) for jar in (tmp_path / "jars").glob("*.jar") if not jar.name.startswith("slf4j"))
    writer = server.writer
    writer.sql(SEEN)
    writer.sql(ROWS)
    writer.sql("create or replace table written (id Int64, text String, half Float64) engine = MergeTree order by id")
    command = [sys.executable, str(HERE / "jdbc_client.py"), f"127.0.0.1:{writer.port}", writer.user, jars]
    environment = {**process_environment(server.settings), "JDBC_PASSWORD": writer.password}
    said = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert said.returncode == 0, said.stderr[-2_000:]
    seen = json.loads(said.stdout)
    assert seen["types"] == {
        **{"id": "decimal(20,0)", "day": "date", "at": "timestamp", "exact": "timestamp", "price": "decimal(18,4)"},
        **{"share": "double", "text": "string", "note": "string", "flag": "boolean", "store": "string"},
    }
    assert seen["row"] == [
        *("4", "2026-01-05", "2026-01-01 00:00:04", "2026-01-01 00:00:00.123456", "1.0000", "0.5", "s4"),
        *("None", "False", "0"),
    ]
    assert seen["parts"] == 4
    assert seen["sums"] == ["200000", "19999900000", "4999975000.0000"]
    assert seen["filtered"] == 5
    assert seen["grouped"] == [["0", "100000", "2499975000.0000"], ["1", "100000", "2500000000.0000"]]
    assert "UNKNOWN_TABLE" in seen["error"] or "Code: 60" in seen["error"]
    assert writer.sql("select count(), sum(id), sum(half), max(text) from written") == "1000\t499500\t249750\t999"
    writer.sql("drop table seen")
    writer.sql("drop table written")
