"""How much has landed."""

from clickhouse_connect.driver.client import Client

from contracts.tables import RAW_TABLES


def landed_counts(client: Client) -> dict[str, int]:
    """Rows of each topic's raw table."""
    return {topic: int(client.command(f"SELECT count() FROM {table}")) for topic, table in RAW_TABLES.items()}
