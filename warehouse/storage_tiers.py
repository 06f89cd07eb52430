"""Old parts of the raw tables on cheaper storage: a volume `cold` of the server's storage policy, by age of arrival."""

from clickhouse_connect.driver.client import Client

from contracts.fields import sql_literal
from contracts.tables import RAW_TABLES

COLD = "cold"


def tier_raw_tables(client: Client, policy: str, days: int, cluster: str = "") -> list[str]:
    """Give the raw tables the policy, and their parts an age in days to go to its volume `cold`.

    Returns one sentence per changed table; a second call changes nothing.
    """
    return [
        f"{table}: cold after {days} days"
        for table in RAW_TABLES.values()
        if [client.command(statement) for statement in _missing(client, table, policy, days, cluster)]
    ]


def tier_statements(table: str, policy: str, days: int, cluster: str = "") -> dict[str, str]:
    """What the engine then says of the table, and the ALTER that makes it so.

    A setting is each replica's own; a TTL reaches the others by itself.
    """
    everywhere = f" ON CLUSTER `{cluster}`" if cluster else ""
    move = f"TTL toDateTime(_kafka_timestamp) + toIntervalDay({days}) TO VOLUME '{COLD}'"
    setting = f"storage_policy = {sql_literal(policy)}"
    return {
        setting: f"ALTER TABLE {table}{everywhere} MODIFY SETTING {setting}",
        move: f"ALTER TABLE {table} MODIFY {move}",
    }


def _missing(client: Client, table: str, policy: str, days: int, cluster: str) -> list[str]:
    database, name = table.split(".")
    query = "SELECT engine_full FROM system.tables WHERE database = {database:String} AND name = {name:String}"
    [(engine,)] = client.query(query, {"database": database, "name": name}).result_rows
    return [alter for there, alter in tier_statements(table, policy, days, cluster).items() if there not in engine]
