"""What tests of several folders need."""

from pathlib import Path

from contracts.settings import Settings, load_settings
from local_stack.ports import free_ports

PORTS = (
    "clickhouse_port",
    "kafka_port",
    "kafka_internal_port",
    "kafka_controller_port",
    "dbt_docs_port",
    "retail_airflow_port",
    "retail_dashboard_port",
)


def settings_for(home: Path, **changes: object) -> Settings:
    """Settings of a stack in `home` on free ports, with the archives of whoever runs the tests."""
    jars = load_settings().jars
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    passwords = {"clickhouse_password": "writer-of-tests", "clickhouse_reader_password": "reader-of-tests"}
    return Settings(_env_file=None, **{"retail_home": home, "retail_jars": jars, **ports, **passwords, **changes})
