"""Figures that gates judge, measured by the engine: a query of this folder gives one frame."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from clickhouse_connect.driver.client import Client

_FOLDER = Path(__file__).parent


def query_text(gate: str, name: str) -> str:
    """The SQL of `gate/name.sql`."""
    return (_FOLDER / gate / f"{name}.sql").read_text()


def frame(client: Client, query: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """The answer, a column per column; figures are plain numbers and texts, never NULL."""
    # Arrow names its columns even where there is no row.
    return client.query_arrow(query, dict(parameters or {}), use_strings=True).to_pandas()
