"""Print the answer of a statement as it streams in."""

import sys
from typing import Literal

from clickhouse_connect.driver.exceptions import ClickHouseError

from contracts.problems import Problem
from contracts.settings import Settings
from warehouse.client import WarehouseUnavailableError, connect


def print_query(settings: Settings, query: str, output_format: str, user: Literal["writer", "reader"]) -> None:
    """Write the answer in one of ClickHouse's formats to stdout. Raises Problem with the engine's words."""
    try:
        with connect(settings, user).raw_stream(query.rstrip("; \n"), fmt=output_format) as stream:
            for block in iter(lambda: stream.read(1 << 16), b""):
                sys.stdout.buffer.write(block)
    except (ClickHouseError, WarehouseUnavailableError) as error:
        raise Problem(_first_sentence(str(error)), _remedy(str(error), user)) from None
    sys.stdout.buffer.flush()


def _first_sentence(text: str) -> str:
    return text.split("\n")[0].removeprefix("HTTPDriver for ").strip()


def _remedy(text: str, user: str) -> str:
    denied = "ACCESS_DENIED" in text or "READONLY" in text
    return "The reader may only read: add --write." if denied and user == "reader" else ""
