"""A stack of its own beside the running one: free ports, passwords and a home of its own, gone afterwards."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from contracts.settings import Settings
from local_stack import stack, supervision
from local_stack.ports import free_ports

PORTS = (
    "clickhouse_port",
    "kafka_port",
    "kafka_internal_port",
    "kafka_controller_port",
    "dbt_docs_port",
    "retail_airflow_port",
)
_HERE = {
    **{"clickhouse_host": "127.0.0.1", "clickhouse_secure": False, "clickhouse_ca": "", "clickhouse_cluster": ""},
    **{"kafka_host": "127.0.0.1", "kafka_security": "PLAINTEXT"},
    **{"retail_airflow_postgres_host": "", "retail_airflow_url": "", "retail_airflow_api_url": ""},
}
_PLAIN = {
    "retail_schema_prefix": "",
    "retail_as_of": "",
    "retail_metrics_port": 0,
    "retail_alert_webhook": SecretStr(""),
    "retail_alert_mail_to": "",
}
_UNDRAWN = {
    name: SecretStr("")
    for name in (
        "clickhouse_password",
        "clickhouse_reader_password",
        "retail_airflow_password",
        "retail_airflow_secret",
    )
}


def on_its_own(settings: Settings, home: Path, **changes: object) -> Settings:
    """Settings of a stack in `home` that shares only the archives with this one; its passwords are not drawn yet."""
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    own = {"retail_home": home, "retail_jars": settings.jars, **_HERE, **_PLAIN, **_UNDRAWN, **ports}
    return settings.model_copy(update={**own, **changes})


@contextmanager
def own_stack(
    settings: Settings, home: Path, tell: Callable[[str], None] = lambda _said: None, keep: bool = False
) -> Iterator[Settings]:
    """Bring up the stack of `on_its_own`; at the end no process and, unless it is to be kept, no file is left."""
    supervision.stop(settings)  # one that was kept there
    shutil.rmtree(home, ignore_errors=True)
    up = False
    try:
        running = stack.up(settings, tell)
        up = True
        yield running
    finally:
        if not (keep and up):
            supervision.stop(settings)
            shutil.rmtree(home, ignore_errors=True)
