"""Hourly: from what has landed to what people read, past two gates."""

from datetime import timedelta

from _commands import Command, Interval, verb
from _models import Models
from _shared import RAW, REPORTING, dag_options, every
from airflow.sdk import DAG, chain

from contracts.settings import load_settings

DOC = """
### Every hour, what has landed becomes what people read

1. **infrastructure**: do ClickHouse and Kafka answer, is there room on the disk?
2. **streaming_alive**: has landing been heard of, is it not far behind? Else the supervisor is asked to start it
   again, and the task waits until it gets on. Airflow owns no long process.
3. **land_interval**, in a backfill only: what arrived in Kafka in the run's hour is read again and lands if it lacks.
4. **raw_gate**: Great Expectations on what entered. A failed check stops everything that follows.
5. **staging ▸ core ▸ kpi ▸ reporting**: dbt's models, each with its tests. A failed test stops what reads the model.
6. **batch**, then **reporting_gate**: Great Expectations on what people read; it publishes, or says why not.
7. **health_report**: `$RETAIL_HOME/reports/health.md`.

Every task may run again at any time: landing writes an offset once, models restate what changed. *Backfill* by logical
date: `airflow backfill create --dag-id retail_pipeline --from-date … --to-date …`.
"""

with DAG(
    **dag_options("retail_pipeline", every("0 * * * *"), timedelta(minutes=45)),
    description="Checks, raw gate, dbt, batch, reporting gate, health report",
    doc_md=DOC,
    tags=["hourly", "dbt"],
):
    infrastructure = Command(
        task_id="infrastructure",
        module="local_stack.check_services",
        arguments=[],
        doc_md="ClickHouse takes rows and answers readers, Kafka has its topics, the disk has room.",
    )
    streaming = Command(
        task_id="streaming_alive",
        module="local_stack.keep_streaming",
        arguments=[],
        doc_md="Heartbeat and lag of the streams; asks the supervisor to start them again and waits for progress.",
    )
    interval = verb(
        "backfill",
        "--from",
        "{{ (dag_run.data_interval_start or dag_run.run_after).isoformat() }}",
        "--to",
        "{{ (dag_run.data_interval_end or dag_run.run_after).isoformat() }}",
        kind=Interval,
        task_id="land_interval",
        pool="spark",
        doc_md="In a backfill: lands what raw lacks of the run's hour; nothing twice.",
    )
    raw_gate = verb(
        "quality",
        "raw",
        task_id="raw_gate",
        final=[1],
        outlets=[RAW],
        trigger_rule="none_failed",
        doc_md="Great Expectations on what entered. Exit code 1, a failed check, has no second try; 2 has.",
    )
    models = Models(load_settings()).built()
    batch = verb("batch", pool="spark", trigger_rule="none_failed", doc_md="Spark's batch results into `batch`.")
    reporting_gate = verb(
        "quality",
        "reporting",
        task_id="reporting_gate",
        final=[1],
        outlets=[REPORTING],
        trigger_rule="none_failed",
        doc_md="Great Expectations on what people read; publishes, or says why not.",
    )
    report = Command(
        task_id="health_report",
        module="local_stack.report_health",
        arguments=[],
        trigger_rule="none_failed",
        doc_md="What state everything is in, kept in `$RETAIL_HOME/reports`.",
    )
    chain(infrastructure, streaming, interval, raw_gate, *models, batch, reporting_gate, report)
