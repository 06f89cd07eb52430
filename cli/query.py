"""Print the answer of a statement as it streams in."""

import http.client
import sys
import urllib.error
import urllib.parse
import urllib.request
from typing import Literal

from contracts.problems import Problem
from contracts.settings import Settings

_BLOCK = 1 << 16


def print_query(settings: Settings, query: str, output_format: str, user: Literal["writer", "reader"]) -> None:
    """Write the answer to stdout in a ClickHouse format (a FORMAT clause wins). Raises Problem."""
    try:
        with urllib.request.urlopen(_request(settings, query, output_format, user)) as answer:  # noqa: S310
            while block := answer.read1(_BLOCK):
                sys.stdout.buffer.write(block)
    except urllib.error.HTTPError as error:
        raise _problem(error.read().decode(errors="replace"), user) from None
    except urllib.error.URLError as error:
        where = f"{settings.clickhouse_host}:{settings.clickhouse_port}"
        raise Problem(f"ClickHouse at {where} does not answer: {error.reason}.", "Start it with ./retail up.") from None
    except http.client.HTTPException:
        raise Problem("The answer broke off: the engine failed in the middle of it.", "Its words are above.") from None
    finally:
        sys.stdout.buffer.flush()


def _request(settings: Settings, query: str, output_format: str, user: str) -> urllib.request.Request:
    scheme = "https" if settings.clickhouse_secure else "http"
    options = urllib.parse.urlencode({"default_format": output_format})
    url = f"{scheme}://{settings.clickhouse_host}:{settings.clickhouse_port}/?{options}"
    name, password = settings.clickhouse_user, settings.clickhouse_password
    if user == "reader":
        name, password = settings.clickhouse_reader_user, settings.clickhouse_reader_password
    headers = {"X-ClickHouse-User": name, "X-ClickHouse-Key": password.get_secret_value()}
    return urllib.request.Request(url, query.encode(), headers)  # noqa: S310  the scheme is ours


def _problem(said: str, user: str) -> Problem:
    denied = "ACCESS_DENIED" in said or "READONLY" in said
    return Problem(said.strip(), "The reader may only read: add --write." if denied and user == "reader" else "")
