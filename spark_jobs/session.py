"""The one place where a Spark session is built, for programs and tests alike."""

import sys
from pathlib import Path

from pyspark.sql import SparkSession

from contracts.problems import Problem
from contracts.settings import Settings, hand_on

LOOPBACK = "127.0.0.1"
CONNECTOR = "spark-sql-kafka-0-10_2.13"
_LOGGING = Path(__file__).with_name("log4j2.properties")


class MissingJarsError(Problem):
    """The Kafka connector's jars are not there."""


def build_session(name: str, settings: Settings, options: dict[str, str] | None = None) -> SparkSession:
    """A session in UTC with the Kafka connector's local jars; nothing is looked up in a network.

    `options` are laid over the defaults. Raises MissingJarsError.
    """
    # Spark reads its workers' Python from nowhere else when it is started from Python.
    hand_on({"PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable})
    if _is_here(settings):
        hand_on({"SPARK_LOCAL_IP": LOOPBACK})
    builder = SparkSession.builder.appName(name).master(settings.spark_master)
    log_file(settings, name).parent.mkdir(parents=True, exist_ok=True)
    for key, value in {**_options(settings, name), **(options or {})}.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def log_file(settings: Settings, name: str) -> Path:
    """Where the session's JVM writes what went wrong; the program itself says it in a sentence."""
    return settings.home / "logs" / f"spark-{name}.log"


def checkpoint_folder(settings: Settings, query: str) -> Path:
    """Where a streaming query keeps how far it has come."""
    return settings.home / "checkpoints" / query


def _options(settings: Settings, name: str) -> dict[str, str]:
    scratch = settings.home / "spark"
    return {
        "spark.jars": ",".join(connector_jars(settings)),
        "spark.driver.memory": settings.spark_driver_memory,
        "spark.driver.extraJavaOptions": " ".join(
            (
                "-XX:+UseParallelGC",  # a tenth less processor time than G1 on two cores
                f"-Dlog4j2.configurationFile=file:{_LOGGING}",
                f"-Dretail.log={log_file(settings, name)}",
                f"-Dderby.system.home={scratch}",
                "-Duser.timezone=UTC",
            )
        ),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # Options of a sink are part of plans that are logged: Spark's own pattern, and what else is secret here.
        "spark.redaction.regex": "(?i)secret|password|token|access[.]?key|salt|webhook",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.local.dir": str(scratch / "scratch"),
        **({"spark.driver.host": LOOPBACK, "spark.driver.bindAddress": LOOPBACK} if _is_here(settings) else {}),
    }


def _is_here(settings: Settings) -> bool:
    """Whether every process of Spark's is on this machine."""
    return settings.spark_master.startswith("local") or f"//{LOOPBACK}:" in settings.spark_master


def connector_jars(settings: Settings) -> list[str]:
    """Paths of the connector and what it needs. Raises MissingJarsError."""
    jars = sorted(str(jar) for jar in (settings.jars / "spark").glob("*.jar"))
    if not any(CONNECTOR in jar for jar in jars):
        raise MissingJarsError(
            f"Spark's Kafka connector is not in {settings.jars / 'spark'}.", "Bring it with ./retail up."
        )
    return jars
