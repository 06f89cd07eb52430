"""What a request asks for besides its query: URL parameters and headers sorted into their kinds."""

import re
from dataclasses import dataclass, field
from uuid import uuid4

from local_stack.clickhouse_server.errors import ServerError
from local_stack.clickhouse_server.http_request import Request

_OF_THE_PROTOCOL = {
    *("query", "query_id", "database", "default_format", "user", "password", "quota_key", "role", "stacktrace"),
    *("session_id", "session_timeout", "session_check", "close_session", "client_protocol_version"),
    *("compress", "decompress", "buffer_size", "wait_end_of_query"),
}
_SETTING = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_PARAMETER = re.compile(r"param_([A-Za-z0-9_$]+)")
_FORMAT = re.compile(r"[A-Za-z0-9_]+")
_TABLE_PART = re.compile(r"(.+)_(?:format|types|structure)")
MAX_SESSION_TIMEOUT = 3600


@dataclass(frozen=True)
class Options:
    """One request's wishes. `settings` and `parameters` are unescaped text."""

    query: str
    query_id: str
    database: str
    default_format: str
    session_id: str
    session_timeout: int
    session_check: bool
    close_session: bool
    role: str
    revision: int
    compress: bool
    decompress: bool
    buffer_all: bool
    settings: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)

    def is_on(self, setting: str, default: bool) -> bool:
        """A boolean setting of this request."""
        return _is_true(self.settings[setting]) if setting in self.settings else default

    def number(self, setting: str, default: int) -> int:
        """An integer setting of this request."""
        value = self.settings.get(setting, "")
        return int(value) if value.isdigit() else default


def read_options(request: Request, session_timeout: int) -> Options:
    """Sort parameters (and the fields of a form) into protocol, settings and query parameters."""
    params = {**request.fields, **request.params}
    settings = {name: value for name, value in params.items() if _is_setting(name, request)}
    headers = request.headers
    return Options(
        query=params.get("query", ""),
        query_id=params.get("query_id") or headers.get("x-clickhouse-query-id") or str(uuid4()),
        database=params.get("database") or headers.get("x-clickhouse-database", ""),
        default_format=format_name(
            params.get("default_format") or headers.get("x-clickhouse-format") or "TabSeparated"
        ),
        session_id=params.get("session_id", ""),
        session_timeout=_timeout(params.get("session_timeout"), session_timeout),
        session_check=_is_true(params.get("session_check", "0")),
        revision=_revision(params.get("client_protocol_version", "0")),
        close_session=_is_true(params.get("close_session", "0")),
        role=params.get("role", ""),
        compress=_is_true(params.get("compress", "0")),
        decompress=_is_true(params.get("decompress", "0")),
        buffer_all=any(_is_true(params.get(name, "0")) for name in ("wait_end_of_query", "http_wait_end_of_query")),
        settings=settings,
        parameters={_parameter(name): value for name, value in params.items() if name.startswith("param_")},
    )


def format_name(text: str) -> str:
    """The text, if it can be a format's name: it becomes part of a statement. Raises 73 otherwise."""
    if not _FORMAT.fullmatch(text):
        raise ServerError(73, f"Unknown format {text}")
    return text


def _parameter(name: str) -> str:
    """The name of a query parameter, which becomes part of a statement too."""
    found = _PARAMETER.fullmatch(name)
    if not found:
        raise ServerError(36, f"A query parameter cannot be named '{name.removeprefix('param_')}'")
    return found.group(1)


def _is_setting(name: str, request: Request) -> bool:
    if name in _OF_THE_PROTOCOL or name.startswith("param_") or _of_a_table(name, request):
        return False
    if not _SETTING.fullmatch(name):
        raise ServerError(115, f"Unknown setting '{name}'")
    return True


def _of_a_table(name: str, request: Request) -> bool:
    """`t_format`, `t_types` or `t_structure` of an external table t."""
    found = _TABLE_PART.fullmatch(name)
    return found is not None and found.group(1) in request.tables


def _timeout(value: str | None, default: int) -> int:
    if value is None:
        return default
    if not value.isdigit():
        raise ServerError(374, f"Invalid session timeout: '{value}'")
    if int(value) > MAX_SESSION_TIMEOUT:
        raise ServerError(
            374,
            f"Session timeout '{value}' is larger than max_session_timeout: {MAX_SESSION_TIMEOUT}. "
            "Maximum session timeout could be modified in configuration file.",
        )
    return int(value)


def _revision(value: str) -> int:
    if not value.isdigit():
        raise ServerError(6, f"Cannot parse client_protocol_version '{value}'")
    return int(value)


def _is_true(value: str) -> bool:
    return value.lower() in ("1", "true", "yes", "on")
