"""The clients this project uses, against the server: what they ask for that a plain request does not."""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

import clickhouse_connect
import pandas
import pytest
from clickhouse_connect.driver.client import Client as ConnectClient
from clickhouse_connect.driver.exceptions import DatabaseError
from clickhouse_connect.driver.external import ExternalData

from tests.local_stack.clickhouse_server.wire import ServerProcess


@pytest.fixture
def connected(server: ServerProcess) -> Iterator[ConnectClient]:
    """clickhouse-connect with its defaults: a session, compression, its own protocol revision."""
    client = clickhouse_connect.get_client(
        host="127.0.0.1",
        port=server.settings.clickhouse_port,
        username=server.writer.user,
        password=server.writer.password,
    )
    yield client
    client.close()


def test_types_there_and_back(connected: ConnectClient) -> None:
    """Values of every type the warehouse uses come back as they went."""
    columns = "d Decimal(18, 4), t DateTime64(3, 'UTC'), z DateTime('Europe/London'), n Nullable(String), l Array(Int8)"
    connected.command(f"CREATE OR REPLACE TABLE types ({columns}) ENGINE = Memory")
    moment = datetime.datetime(2026, 7, 1, 12, 30, 15, 123000, tzinfo=ZoneInfo("UTC"))
    rows = [
        (Decimal("10.1234"), moment, moment.replace(microsecond=0), None, [1, -1]),
        (Decimal("-0.0001"), moment, moment, "x", []),
    ]
    connected.insert("types", rows)
    back = connected.query("SELECT * FROM types ORDER BY d DESC").result_rows
    assert [row[0] for row in back] == [Decimal("10.1234"), Decimal("-0.0001")]
    assert back[0][1].replace(tzinfo=ZoneInfo("UTC")) == moment
    assert back[0][2].utcoffset() == datetime.timedelta(hours=1)  # London's summer: the column's zone came along
    assert [row[3:] for row in back] == [(None, [1, -1]), ("x", [])]
    connected.command("DROP TABLE types")


def test_frames_and_arrow(connected: ConnectClient) -> None:
    """Data frames and Arrow tables go in and come out."""
    frame = pandas.DataFrame({"a": range(1000), "s": [f"row {number}" for number in range(1000)]})
    connected.command("CREATE OR REPLACE TABLE frames (a Int64, s String) ENGINE = MergeTree ORDER BY a")
    connected.insert_df("frames", frame)
    connected.insert_arrow("frames", connected.query_arrow("SELECT a + 1000 AS a, s FROM frames"))
    assert connected.query_df("SELECT count() AS c, max(a) AS m FROM frames").iloc[0].tolist() == [2000, 1999]
    with connected.query_df_stream("SELECT number FROM numbers(200000)") as stream:
        assert sum(len(part) for part in stream) == 200_000
    connected.command("DROP TABLE frames")


def test_external_data_and_errors(server: ServerProcess, connected: ConnectClient) -> None:
    """External data and errors come the way the client expects."""
    data = ExternalData(file_name="ext", data=b"1\n2\n", fmt="TSV", structure=["a Int32"])
    assert connected.query("SELECT sum(a) FROM ext", external_data=data).first_row == (3,)
    with pytest.raises(DatabaseError, match="UNKNOWN_TABLE"):
        connected.query("SELECT * FROM nowhere")
    with pytest.raises(DatabaseError, match="AUTHENTICATION_FAILED"):
        clickhouse_connect.get_client(host="127.0.0.1", port=server.settings.clickhouse_port, username="x")
