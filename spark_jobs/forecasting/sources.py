"""Where features are, and of whom."""

from clickhouse_connect.driver.client import Client

from contracts.problems import Problem

STORE_TABLE, PANEL_TABLE = "features.feat_product_store_daily", "features.feat_panel_daily"
_DEMO = "demo"


def source_or_only(client: Client, table: str, said: str) -> str:
    """The source that was said, else the only one that has features, else the demo's. Raises Problem."""
    database, name = table.split(".")
    if not client.command(f"EXISTS TABLE {database}.{name}"):
        raise Problem(f"{table} is not there.", "Build it: ./retail dbt build --selector before_ml.")
    query = f"SELECT DISTINCT toString(source) FROM {table} ORDER BY 1"  # noqa: S608 - a name of our own
    found = [source for (source,) in client.query(query).result_rows]
    if said in found or (not said and len(found) == 1):
        return said or found[0]
    if not said and _DEMO in found:
        return _DEMO
    names = ", ".join(found) or "none"
    raise Problem(
        f"{table} has no rows of {said!r}." if said else f"{table} has several sources, or none.",
        f"Choose with --source among: {names}. Features are built by ./retail dbt build --selector before_ml.",
    )
