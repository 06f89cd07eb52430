"""Sessions: settings and temporary tables that last from request to request, for one user, for a while."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.local_stack.clickhouse_server.wire import Client, ServerProcess, wait_for


def test_temporary_tables_and_settings_last(writer: Client) -> None:
    """What a session creates and sets is there in its next request, and in no other session."""
    mine = {"session_id": "lasting"}
    writer.sql("CREATE TEMPORARY TABLE mine (a Int32)", **mine)
    writer.sql("INSERT INTO mine VALUES (3)", **mine)
    writer.sql("SET max_block_size = 99", **mine)
    writer.sql("USE system", **mine)
    assert writer.sql("SELECT a, getSetting('max_block_size'), currentDatabase() FROM mine", **mine) == "3\t99\tsystem"
    assert writer.send("SELECT * FROM mine", session_id="other").code == 60
    assert writer.send("SELECT * FROM mine").code == 60
    assert writer.sql("SELECT getSetting('max_block_size')") == "65409"


def test_settings_of_a_request_leave_the_session(writer: Client) -> None:
    """URL settings are for one request, also in a session; what SET says stays."""
    mine = {"session_id": "leaving"}
    writer.sql("SET max_block_size = 99", max_threads=1, **mine)
    asked = "SELECT getSetting('max_block_size'), getSetting('max_insert_block_size')"
    assert writer.sql(asked, max_block_size=11, max_insert_block_size=12, **mine) == "11\t12"
    assert writer.sql(asked, **mine).split("\t")[0] == "99"
    assert writer.sql(asked, **mine).split("\t")[1] != "12"


def test_without_a_session_nothing_lasts(writer: Client) -> None:
    """SET and temporary tables end with a request that has no session."""
    writer.sql("SET max_block_size = 99")
    writer.sql("CREATE TEMPORARY TABLE mine (a Int32)")
    assert writer.sql("SELECT getSetting('max_block_size')") == "65409"
    assert writer.send("SELECT * FROM mine").code == 60


def test_one_request_at_a_time(writer: Client) -> None:
    """A second request to a busy session gets 373."""
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(writer.sql, "SELECT sleep(1)", session_id="busy")
        wait_for(lambda: "sleep(1)" in writer.sql("SELECT query FROM system.processes"), 10, "the first request")
        assert writer.send("SELECT 1", session_id="busy").code == 373
        assert slow.result(10) == "0"
    assert writer.sql("SELECT 1", session_id="busy") == "1"


def test_session_check(writer: Client) -> None:
    """session_check=1 refuses a session that is not there with 372."""
    assert writer.send("SELECT 1", session_id="unknown", session_check=1).code == 372
    writer.sql("SELECT 1", session_id="known")
    assert writer.sql("SELECT 1", session_id="known", session_check=1) == "1"


def test_timeouts_that_make_no_sense(writer: Client) -> None:
    """A timeout must be a number of at most an hour (374)."""
    assert writer.send("SELECT 1", session_id="s", session_timeout="soon").code == 374
    assert writer.send("SELECT 1", session_id="s", session_timeout=3601).code == 374


def test_idle_sessions_end(writer: Client) -> None:
    """A session is gone after its timeout; while it is used it stays."""
    writer.sql("CREATE TEMPORARY TABLE mine (a Int32)", session_id="idle", session_timeout=2)
    for _ in range(3):
        time.sleep(1)  # shorter than the timeout: use keeps it
        assert writer.sql("SELECT count() FROM mine", session_id="idle", session_timeout=2) == "0"
    time.sleep(2.1)
    assert writer.send("SELECT 1", session_id="idle", session_check=1).code == 372


def test_close_session(writer: Client) -> None:
    """close_session=1 ends it with the request."""
    writer.sql("CREATE TEMPORARY TABLE mine (a Int32)", session_id="closing")
    writer.sql("SELECT 1", session_id="closing", close_session=1)
    assert writer.send("SELECT 1", session_id="closing", session_check=1).code == 372


@pytest.mark.long
def test_default_timeout_is_a_setting(own_server: Callable[..., ServerProcess]) -> None:
    """LOCAL_CLICKHOUSE_SESSION_TIMEOUT_S decides where the client says nothing."""
    process = own_server(local_clickhouse_session_timeout_s=1).start()
    process.writer.sql("SELECT 1", session_id="short")
    time.sleep(1.1)
    assert process.writer.send("SELECT 1", session_id="short", session_check=1).code == 372
    assert process.stop() == 0


def test_session_is_free_when_an_answer_has_ended(writer: Client) -> None:
    """Who has read an answer to its end, short or long, finds the session and the query id free at once."""
    writer.sql("SET max_threads = 1", session_id="quick")  # so that its settings are put back after every request
    connections = [writer.connect(), writer.connect()]
    for turn in range(20):
        connection, rows = connections[turn % 2], (1, 1, 300_000, 300_000)[turn % 4]
        url = "/?session_id=quick&query_id=quick&max_block_size=60000&max_insert_block_size=60000"
        connection.request("POST", url, f"SELECT number FROM numbers({rows})", writer.credentials())
        response = connection.getresponse()
        assert response.read().count(b"\n") == rows
        assert response.status == 200
    for connection in connections:
        connection.close()
