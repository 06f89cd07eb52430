"""OpenLineage: which program read what and wrote what, as events to a file or a URL (RETAIL_OPENLINEAGE; empty: none).

Names follow the specification's: `kafka://host:port` and a topic, `clickhouse://host:port` and `database.table`; dbt's
models, Spark's programs and Airflow's tasks name the same things alike. Nothing fails because lineage could not be
told: that is one line on stderr.
"""

import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contracts.settings import PROJECT, Settings, hand_on

NAMESPACE = "retail"
PRODUCER = "retail-inventory"
_PATIENCE_S = 5
_QUIET = logging.getLogger("retail.lineage")  # of a data test without a model it prints the whole node
_QUIET.setLevel(logging.ERROR)
_RECORDED = ("run", "build", "test", "seed", "snapshot")  # dbt's commands that leave results


def transport(settings: Settings) -> dict[str, Any]:
    """Where events go, as OpenLineage's clients are told; {} where nobody asked for them."""
    said = settings.retail_openlineage
    if not said:
        return {}
    if said.startswith(("http://", "https://")):
        return {"type": "http", "url": said, "timeout": _PATIENCE_S, "retry": {"total": 1}}
    path = Path(said)
    return {"type": "file", "log_file_path": str(path if path.is_absolute() else PROJECT / path), "append": True}


def topics(settings: Settings, *names: str) -> list[tuple[str, str]]:
    """Datasets of Kafka topics: namespace and name."""
    return [(f"kafka://{settings.kafka_bootstrap}", name) for name in names]


def tables(settings: Settings, *names: str) -> list[tuple[str, str]]:
    """Datasets of tables `database.table`: namespace and name."""
    return [(f"clickhouse://{settings.clickhouse_host}:{settings.clickhouse_port}", name) for name in names]


@contextmanager
def told(
    settings: Settings, job: str, inputs: Sequence[tuple[str, str]], outputs: Sequence[tuple[str, str]]
) -> Iterator[None]:
    """Tell that a job begins, and how it ends: COMPLETE, or FAIL for whatever it raises."""
    if not settings.retail_openlineage:
        yield
        return
    from openlineage.client.uuid import generate_new_uuid

    run = str(generate_new_uuid())
    _tell(settings, "START", run, job, inputs, outputs)
    try:
        yield
    except BaseException:
        _tell(settings, "FAIL", run, job, inputs, outputs)
        raise
    _tell(settings, "COMPLETE", run, job, inputs, outputs)


def tell_of_dbt(settings: Settings, target: Path) -> None:
    """Tell what a dbt command did, by the manifest and results in its target folder."""
    if not settings.retail_openlineage:
        return
    with _forgiven():
        command = json.loads((target / "run_results.json").read_text())["args"]["which"]
        if command in _RECORDED:
            _emit(settings, _dbt_events(settings, target))


def _dbt_events(settings: Settings, target: Path) -> list[Any]:
    from openlineage.common.provider.dbt.local import DbtLocalArtifactProcessor

    # The processor renders dbt's profile, which reads the environment.
    hand_on({"CLICKHOUSE_HOST": settings.clickhouse_host, "CLICKHOUSE_PORT": str(settings.clickhouse_port)})
    processor = DbtLocalArtifactProcessor(
        project_dir=str(PROJECT / "dbt_project"),
        target="warehouse",
        target_path=str(target),
        producer=PRODUCER,
        job_namespace=NAMESPACE,
        logger=_QUIET,
    )
    return list(processor.parse().events())


def _tell(
    settings: Settings,
    kind: str,
    run: str,
    job: str,
    inputs: Sequence[tuple[str, str]],
    outputs: Sequence[tuple[str, str]],
) -> None:
    with _forgiven():
        from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState

        event = RunEvent(
            eventTime=datetime.now(UTC).isoformat(),
            eventType=RunState[kind],
            run=Run(runId=run),
            job=Job(namespace=NAMESPACE, name=job),
            inputs=[InputDataset(*one) for one in inputs],
            outputs=[OutputDataset(*one) for one in outputs],
            producer=PRODUCER,
        )
        _emit(settings, [event])


def _emit(settings: Settings, events: Sequence[Any]) -> None:
    from openlineage.client import OpenLineageClient

    way = transport(settings)
    if way["type"] == "file":
        Path(way["log_file_path"]).parent.mkdir(parents=True, exist_ok=True)
    client = OpenLineageClient(config={"transport": way})
    for event in events:
        client.emit(event)


@contextmanager
def _forgiven() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        sys.stderr.write(f"Lineage was not told ({type(error).__name__}: {error}). See RETAIL_OPENLINEAGE.\n")
