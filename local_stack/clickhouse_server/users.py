"""Who may come in: two users from the settings, by basic authentication, headers or URL parameters."""

import base64
import binascii
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from contracts.problems import Problem
from contracts.settings import Settings
from local_stack.clickhouse_server.errors import ServerError


@dataclass(frozen=True)
class User:
    """A user of the server, not of the engine, which knows only one."""

    name: str
    password: str
    may_write: bool


class Users:
    """The users by name. Raises `Problem` if a user without a password could be reached from outside."""

    def __init__(self, settings: Settings) -> None:
        writer = User(settings.clickhouse_user, settings.clickhouse_password.get_secret_value(), True)
        reader = User(settings.clickhouse_reader_user, settings.clickhouse_reader_password.get_secret_value(), False)
        self._users = {user.name: user for user in (reader, writer)}
        open_users = [user.name for user in self._users.values() if not user.password]
        if open_users and not _is_loopback(settings.local_clickhouse_bind):
            raise Problem(
                f"LOCAL_CLICKHOUSE_BIND is {settings.local_clickhouse_bind}, which others can reach, but "
                f"{' and '.join(open_users)} has no password:",
                "set CLICKHOUSE_PASSWORD and CLICKHOUSE_READER_PASSWORD.",
            )

    def authenticate(self, headers: Mapping[str, str], params: Mapping[str, str]) -> User:
        """The user who sent a request. Raises 516 for a wrong name or password, or two ways to say them at once."""
        name, password = _credentials(headers, params)
        user = self._users.get(name)
        expected = user.password if user else ""
        is_right = hmac.compare_digest(password.encode(errors="surrogateescape"), expected.encode())
        if user is None or not is_right:
            raise ServerError(
                516, f"{name}: Authentication failed: password is incorrect, or there is no user with such name."
            )
        return user


def _credentials(headers: Mapping[str, str], params: Mapping[str, str]) -> tuple[str, str]:
    by_header = "x-clickhouse-user" in headers or "x-clickhouse-key" in headers
    by_basic = "authorization" in headers
    by_params = "user" in params or "password" in params
    if by_header + by_basic + by_params > 1:
        raise ServerError(516, "Invalid authentication: it is not allowed to use more than one way to authenticate")
    if by_basic:
        return _basic(headers["authorization"])
    if by_header:
        return headers.get("x-clickhouse-user", "default"), headers.get("x-clickhouse-key", "")
    return params.get("user", "default"), params.get("password", "")


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode(errors="surrogateescape")
    except (binascii.Error, ValueError):
        decoded = ""
    if scheme.lower() != "basic" or ":" not in decoded:
        raise ServerError(516, f"Invalid authentication: '{scheme}' HTTP Authorization scheme is not supported")
    name, _, password = decoded.partition(":")
    return name, password


def _is_loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
