"""The one way to the warehouse: ClickHouse over HTTP, on a laptop and in production alike."""

import logging
import re
from typing import Literal

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError
from pydantic import SecretStr

from contracts.problems import Problem
from contracts.settings import Settings

CONNECT_TIMEOUT_S = 10
SEND_RECEIVE_TIMEOUT_S = 600
_AUTHENTICATION_FAILED = "516"
# ClickHouse 26.9 remembers a condition that was pushed past a window function, and then finds no row that meets it.
_SETTINGS = {"use_query_condition_cache": 0}
# What goes wrong is raised; the library would also print it.
logging.getLogger("clickhouse_connect").addHandler(logging.NullHandler())


class WarehouseUnavailableError(Problem):
    """No connection to the warehouse."""


def connect(
    settings: Settings, user: Literal["writer", "reader"] = "writer", answer_within_s: int = SEND_RECEIVE_TIMEOUT_S
) -> Client:
    """A client that may write, or one that may only read. Raises WarehouseUnavailableError."""
    name, password = _login(settings, user)
    try:
        return clickhouse_connect.get_client(
            host=settings.clickhouse_host,
            port=settings.clickhouse_port,
            secure=settings.clickhouse_secure,
            ca_cert=settings.clickhouse_ca or None,
            username=name,
            password=password.get_secret_value(),
            connect_timeout=CONNECT_TIMEOUT_S,
            send_receive_timeout=answer_within_s,
            autogenerate_session_id=False,  # a session would refuse two queries at once
            compress=not _is_loopback(settings.clickhouse_host),
            settings=_SETTINGS,
        )
    except ClickHouseError as error:
        raise _explained(error, settings, name) from error


def _login(settings: Settings, user: str) -> tuple[str, SecretStr]:
    if user == "reader":
        return settings.clickhouse_reader_user, settings.clickhouse_reader_password
    return settings.clickhouse_user, settings.clickhouse_password


def _is_loopback(host: str) -> bool:
    return host in ("127.0.0.1", "localhost", "::1")


def _explained(error: ClickHouseError, settings: Settings, name: str) -> WarehouseUnavailableError:
    where = f"ClickHouse at {settings.clickhouse_host}:{settings.clickhouse_port}"
    if isinstance(error, DatabaseError) and _AUTHENTICATION_FAILED in str(error):
        return WarehouseUnavailableError(
            f"{where} refuses the password of user {name!r}.", "Correct it in the environment or in .env."
        )
    said = str(error).strip().splitlines()[0]
    of_system = re.search(r"\[Errno \d+\] [\w ]+", said)  # the driver wraps it in its whole history
    reason = of_system.group() if of_system else said
    return WarehouseUnavailableError(
        f"{where} does not answer ({reason}).", "Start it with ./retail up, or correct CLICKHOUSE_HOST and _PORT."
    )
