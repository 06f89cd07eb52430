"""The Spark session that learners want."""

from contracts.settings import Settings
from spark_jobs.late_session import LateSession
from spark_jobs.session import build_session

_OPTIONS = {
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "50000",
    "spark.driver.memory": "2g",
}


def learning_session(settings: Settings) -> LateSession:
    """It begins when it is first asked for."""
    return LateSession(lambda: build_session("ml_training", settings, _OPTIONS))
