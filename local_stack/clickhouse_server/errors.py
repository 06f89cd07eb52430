"""Exceptions in ClickHouse's form: `Code: 60. DB::Exception: … (UNKNOWN_TABLE) (version …)` and their HTTP status."""

import re
from http import HTTPStatus

_PREFIX = re.compile(r"^(?:Streaming [\w ]+ failed: )?Code: (\d+)\. DB::(?:\w+::)*\w*Exception: ")
_VERSION = re.compile(r"\s*\(version [^()]*(?:\([^()]*\))?\)\.?\s*$")
_NAME = re.compile(r"\s*\(([A-Z][A-Z0-9_]+)\)\.?\s*$")

# Codes by status: exceptionCodeToHTTPStatus.cpp of ClickHouse; 202 and 307 are ours, so that clients try again or stop.
_BAD_REQUEST = (6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223, 321, 376, 427, 441, 675,
                676)  # fmt: skip
_STATUS = {
    **dict.fromkeys(_BAD_REQUEST, HTTPStatus.BAD_REQUEST),
    **dict.fromkeys((46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511), HTTPStatus.NOT_FOUND),
    **dict.fromkeys((192, 193, 497, 512, 516), HTTPStatus.FORBIDDEN),
    **dict.fromkeys((76, 202, 209, 439), HTTPStatus.SERVICE_UNAVAILABLE),
    **dict.fromkeys((229, 307), HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    48: HTTPStatus.NOT_IMPLEMENTED,
    159: HTTPStatus.REQUEST_TIMEOUT,
    194: HTTPStatus.UNAUTHORIZED,
    381: HTTPStatus.LENGTH_REQUIRED,
    779: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}
_NAMES = {
    1: "UNSUPPORTED_METHOD",
    6: "CANNOT_PARSE_TEXT",
    36: "BAD_ARGUMENTS",
    40: "CHECKSUM_DOESNT_MATCH",
    62: "SYNTAX_ERROR",
    73: "UNKNOWN_FORMAT",
    89: "UNKNOWN_COMPRESSION_METHOD",
    115: "UNKNOWN_SETTING",
    164: "READONLY",
    202: "TOO_MANY_SIMULTANEOUS_QUERIES",
    210: "NETWORK_ERROR",
    216: "QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING",
    229: "QUERY_IS_TOO_LARGE",
    271: "CANNOT_DECOMPRESS",
    307: "TOO_MANY_BYTES",
    358: "INTO_OUTFILE_NOT_ALLOWED",
    372: "SESSION_NOT_FOUND",
    373: "SESSION_IS_LOCKED",
    374: "INVALID_SESSION_TIMEOUT",
    394: "QUERY_WAS_CANCELLED",
    497: "ACCESS_DENIED",
    512: "SET_NON_GRANTED_ROLE",
    516: "AUTHENTICATION_FAILED",
}


class ServerError(Exception):
    """An error a client is told: ClickHouse's code and its name, and one message."""

    def __init__(self, code: int, message: str, name: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.name = code, message, name or _NAMES[code]
        self.status = _STATUS.get(code, HTTPStatus.INTERNAL_SERVER_ERROR)

    def text(self, version: str) -> str:
        """The line ClickHouse sends as the body."""
        end = "" if self.message.endswith((".", "!", "?")) else "."
        return f"Code: {self.code}. DB::Exception: {self.message}{end} ({self.name}) (version {version})\n"


def from_engine(error: Exception) -> ServerError:
    """The engine's own exception, whose text repeats prefix and suffix once for every layer it passed."""
    message, code, name = str(error), 1001, ""
    while prefix := _PREFIX.match(message):
        code, message = int(prefix.group(1)), message[prefix.end() :]
    while True:
        if version := _VERSION.search(message):
            message = message[: version.start()]
        elif (suffix := _NAME.search(message)) and name in ("", suffix.group(1)):
            name, message = suffix.group(1), message[: suffix.start()]
        else:
            return ServerError(code, message, name or "STD_EXCEPTION")
