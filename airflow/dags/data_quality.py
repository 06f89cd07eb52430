"""Every half hour: is what is there fresh, complete, consistent and of the usual size, and are the services well?"""

from datetime import timedelta
from typing import Any

from _commands import Command
from _models import Models
from _shared import RAW, REPORTING, dag_options, every
from airflow.sdk import DAG, BaseSensorOperator

from contracts.settings import load_settings

DOC = """
### Every half hour, between the hourly runs too

- **service_health**, **stream_lag**: the services answer; the streams are heard of and not far behind.
- **freshness**: events still arrive (`dbt source freshness`).
- **completeness**: the rules of `monitoring`: control totals against what is known, days, arrivals.
- **consistency**: marts, facts, stock and movements agree.
- **volumes**: as much as on the same weekdays before; no table lost half of its rows. It warns, it does not fail.

The last three wait until no `retail_pipeline` is at work: in the middle of a build marts and facts differ. Nothing here
depends on another: what fails says so by itself.
"""


class PipelineRests(BaseSensorOperator):
    """Waits until no run of another DAG is at work."""

    def __init__(self, *, of: str, **options: Any) -> None:
        super().__init__(**options)
        self.of = of

    def poke(self, context: Any) -> bool:
        """True if none is."""
        return context["ti"].get_dr_count(dag_id=self.of, states=["running"]) == 0


with DAG(
    **dag_options("data_quality", every("*/30 * * * *"), timedelta(minutes=25)),
    description="Freshness, completeness, consistency, volumes, services, lag",
    doc_md=DOC,
    tags=["half-hourly", "quality"],
):
    models = Models(load_settings())
    Command(
        task_id="service_health",
        module="local_stack.check_services",
        arguments=[],
        doc_md="ClickHouse, Kafka and the disk.",
    )
    Command(
        task_id="stream_lag",
        module="local_stack.keep_streaming",
        arguments=[],
        doc_md="Heartbeat and lag of the streams; what is silent is started again.",
    )
    models.freshness(
        "freshness",
        select="source:events source:realtime source:streams",
        inlets=[RAW],
        doc_md="`dbt source freshness` of what arrives all day.",
    )
    rests = PipelineRests(
        task_id="pipeline_rests",
        of="retail_pipeline",
        mode="reschedule",
        poke_interval=30,
        timeout=20 * 60,
        soft_fail=True,
        doc_md="Waits for the hourly run; skips what follows if that takes too long.",
    )
    rests >> [
        models.test("completeness", "path:models/monitoring", inlets=[REPORTING], doc_md="Rules of `monitoring`."),
        models.test(
            "consistency",
            "assert_left_join_gives_null assert_mart_sales_agree_with_facts assert_open_orders_agree_with_stock "
            "assert_stock_agrees_with_movements stock_leaves_and_comes_back_as_sold",
            inlets=[REPORTING],
            doc_md="What is told twice is told alike.",
        ),
        models.test("volumes", "assert_volumes_are_usual", inlets=[REPORTING], doc_md="As much as usual? Warns only."),
    ]
