"""Read the DAGs as Airflow's DAG processor does and print what they are, as JSON: `python describe_dags.py FOLDER`."""

import json
import sys
import time
from typing import Any

from airflow.dag_processing.dagbag import DagBag


def main() -> None:
    """Import errors, seconds, and of each task what a rule may ask for."""
    began = time.perf_counter()
    bag = DagBag(sys.argv[1])
    seconds = time.perf_counter() - began
    dags = {name: _dag(dag) for name, dag in bag.dags.items()}
    sys.stdout.write(json.dumps({"errors": bag.import_errors, "seconds": seconds, "dags": dags}) + "\n")


def _dag(dag: Any) -> dict[str, Any]:
    return {
        "doc": dag.doc_md,
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "has_deadline": bool(dag.deadline),
        "groups": sorted(group for group in dag.task_group.get_task_group_dict() if group),
        "tasks": {task.task_id: _task(task) for task in dag.tasks},
    }


def _task(task: Any) -> dict[str, Any]:
    return {
        "kind": type(task).__name__,
        "name": task.task_display_name,
        "owner": task.owner,
        "retries": task.retries,
        "backs_off": bool(task.retry_exponential_backoff),
        "timeout": task.execution_timeout.total_seconds() if task.execution_timeout else None,
        "alarm": bool(task.on_failure_callback),
        "pool": task.pool,
        "pool_slots": task.pool_slots,
        "doc": task.doc_md,
        "select": getattr(task, "select", None),
        "upstream": sorted(task.upstream_task_ids),
        "outlets": sorted(asset.name for asset in task.outlets),
    }


if __name__ == "__main__":
    main()
