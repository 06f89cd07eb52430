"""A stack of the benchmark's own: free ports, a temporary home, gone afterwards."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.settings import PROJECT, Settings, load_settings, process_environment
from local_stack import stack, supervision
from local_stack.ports import free_ports

_PORTS = ("clickhouse_port", "kafka_port", "kafka_internal_port", "kafka_controller_port", "dbt_docs_port")


@contextmanager
def own_stack(**changes: object) -> Iterator[Settings]:
    """Settings of a running ClickHouse and Kafka that hold nothing."""
    home = Path(tempfile.mkdtemp(prefix="retail-bench-"))
    ports = dict(zip(_PORTS, free_ports(len(_PORTS)), strict=True))
    mine = load_settings().model_copy(update={"retail_jars": load_settings().jars, "retail_home": home})
    settings = mine.model_copy(update={**ports, **changes})
    try:
        yield stack.up(settings, lambda _step: None)
    finally:
        supervision.stop(settings)
        shutil.rmtree(home, ignore_errors=True)


def start(settings: Settings, module: str, *arguments: str) -> subprocess.Popen[str]:
    """A program of ours with these settings; its stdout is ours to read."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=process_environment(settings),
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
