"""Daily: forecasts and stock policies, the docs site, the report, cleaning up; once a week training and release."""

from datetime import timedelta

from _commands import Command, Weekly, verb
from _models import Models
from _shared import PREDICTIONS, REPORTING, at, dag_options
from airflow.sdk import DAG, Param, chain

from contracts.settings import load_settings

DOC = """
### Every day at 03:00 UTC

- Mondays, and when started with `{"weekly": true}`: **backtest** holds every model to demand that it has not seen,
  **train** chooses one for each class of demand by rule, fits it anew and releases it; a naive model wins when it wins.
- Every day: **predict** four weeks ahead, **policies** scores stock rules and writes the cheapest one's advice,
  **value_customers** estimates what known customers will bring, **forecasts_modelled** builds what reads any of it.
- **backup**: what is new since the last one; on Mondays a full one before it, and what is older than 30 days
  and built on by none is deleted. It waits for nothing: a red task is no reason to have none.
  **archive** then moves months of raw that ended more than `RETAIL_ARCHIVE_DAYS` days ago into Parquet files.
- **docs_site**: dbt's docs, which the page's menu links to. **daily_report**: `$RETAIL_HOME/reports/daily.md`.
- **clean_up**: task logs, reports and Airflow's records older than 30 days; customers who were erased and came back.
"""
LONG = {"execution_timeout": timedelta(hours=3), "pool": "spark", "retries": 1}

with DAG(
    **dag_options("daily_operations", at("0 3 * * *"), timedelta(hours=6)),
    description="Forecasts, policies, customers, backup, archive, docs, report, clean-up",
    doc_md=DOC,
    tags=["daily", "ml"],
    params={"weekly": Param(False, type="boolean", description="Backtest, train and release now")},
):
    models = Models(load_settings())
    after = {"trigger_rule": "none_failed"}
    weekly = [
        verb("backtest", kind=Weekly, **LONG, doc_md="Every model at past origins, against demand it had not seen."),
        verb("train", kind=Weekly, **LONG, **after, doc_md="Chooses by rule, fits anew, releases."),
    ]
    predict = verb(
        "predict",
        **LONG,
        **after,
        final=[1],
        inlets=[REPORTING],
        outlets=[PREDICTIONS],
        doc_md="Four weeks ahead; exit code 1: the forecasts did not pass their gate and stay unpublished.",
    )
    policies = verb("policies", **LONG, **after, doc_md="What each stock rule would have cost; the cheapest advises.")
    values = verb(
        "value-customers", task_id="value_customers", **LONG, **after, doc_md="Margin of each customer, a year ahead."
    )
    modelled = models.build("forecasts_modelled", selector="after_ml", **after, doc_md="What reads predictions.")
    backups = [
        verb("backup", "--keep-days", "30", task_id="backup_full", kind=Weekly, **after, doc_md="Whole, once a week."),
        verb("backup", "--incremental", **after, doc_md="What is new since the last one."),
        verb("archive", "--yes", **after, doc_md="Old months of raw go into Parquet files, which are still read."),
    ]
    docs = verb("docs", "--only-make", task_id="docs_site", doc_md="dbt's docs: models, columns, lineage.")
    report = Command(
        task_id="daily_report",
        module="local_stack.report_health",
        arguments=["--name", "daily"],
        trigger_rule="none_failed",
        doc_md="What state everything is in.",
    )
    clean_up = Command(
        task_id="clean_up", module="local_stack.clean_up", arguments=[], doc_md="What nobody reads again."
    )
    chain(*weekly, predict, policies, values, modelled, report)
    docs >> clean_up
    chain(*backups)
