"""Who may come in, and by which door."""

import base64

import pytest

from tests.local_stack.clickhouse_server.wire import Client

EVERYWHERE = "0.0.0.0"  # noqa: S104 - the server must refuse it


def _basic(client: Client) -> dict[str, str]:
    text = base64.b64encode(f"{client.user}:{client.password}".encode()).decode()
    return {"Authorization": f"Basic {text}"}


def _anonymous(client: Client) -> Client:
    """A client of the same server that sends no credentials of its own accord."""

    class Anonymous(Client):
        def credentials(self) -> dict[str, str]:
            return {}

    return Anonymous(client.port, "", "")


def test_three_ways_to_say_who_one_is(writer: Client) -> None:
    """Headers, basic authentication and URL parameters each let a user in."""
    anonymous = _anonymous(writer)
    assert writer.sql("SELECT 1") == "1"
    assert anonymous.send("SELECT 2", headers=_basic(writer)).text == "2\n"
    assert anonymous.send("SELECT 3", user=writer.user, password=writer.password).text == "3\n"


@pytest.mark.parametrize("name", ["writer", "nobody", "default", ""])
def test_wrong_password(writer: Client, name: str) -> None:
    """A wrong password and an unknown name get the same answer: 403 and code 516."""
    user = writer.user if name == "writer" else name
    answer = Client(writer.port, user, "wrong").send("SELECT 1")
    assert (answer.status, answer.code) == (403, 516)
    assert "Authentication failed: password is incorrect, or there is no user with such name" in answer.text
    assert "(AUTHENTICATION_FAILED)" in answer.text


def test_nobody_comes_in_without_saying_who(writer: Client) -> None:
    """A request without credentials is refused with 516."""
    assert _anonymous(writer).send("SELECT 1").code == 516


def test_two_ways_at_once_are_refused(writer: Client) -> None:
    """Right credentials said in two ways are no credentials."""
    assert writer.send("SELECT 1", headers=_basic(writer)).code == 516
    assert writer.send("SELECT 1", user=writer.user, password=writer.password).code == 516


@pytest.mark.parametrize("header", ["Bearer x", "Basic !!!", "Basic bm9jb2xvbg=="])
def test_broken_authorization_header(writer: Client, header: str) -> None:
    """A scheme we do not know and a header that is no base64 of name:password are refused with 516."""
    assert _anonymous(writer).send("SELECT 1", headers={"Authorization": header}).code == 516


def test_health_checks_need_no_user(writer: Client) -> None:
    """/ping, /replicas_status and / answer anybody."""
    anonymous = _anonymous(writer)
    assert [anonymous.send(method="GET", path=path).body for path in ("/ping", "/replicas_status", "/")] == [
        b"Ok.\n"
    ] * 3


def test_outside_needs_passwords(own_server) -> None:
    """A server that others could reach does not start while a user has no password, and says which setting to set."""
    process = own_server(local_clickhouse_bind=EVERYWHERE, clickhouse_reader_password="")
    said, code = process.fail_to_start()
    assert code == 1
    assert "reader has no password: set CLICKHOUSE_PASSWORD and CLICKHOUSE_READER_PASSWORD" in said
    assert "Traceback" not in said
