"""The only reader of the environment. Names, meanings and defaults are listed in `.env.example`.

A value comes from the first of: the environment, `$RETAIL_HOME/secrets.env` (written by the laptop stack on its first
start, readable by its owner only), `.env` beside this project's README, a file of the setting's name in the folder
RETAIL_SECRETS (how containers are handed secrets), the default below.
"""

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, computed_field
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent
SECRETS_FILE = "secrets.env"


class Settings(BaseSettings):
    """Every setting of the project; the field's alias-free upper-case name is the variable's name."""

    model_config = SettingsConfigDict(extra="ignore", env_file_encoding="utf-8", env_ignore_empty=True, frozen=True)

    retail_home: Path = Path(".retail")
    retail_jars: Path | None = None
    retail_secrets: Path | None = None
    retail_model_store: str = ""
    retail_backups: str = ""
    retail_backup_folder: Path | None = None
    retail_archive: str = ""
    retail_erasure_salt: SecretStr = SecretStr("")
    retail_quarantine_days: int = Field(0, ge=0)
    retail_archive_days: int = Field(400, ge=31)
    retail_test_online_retail: Path | None = None
    retail_test_clickhouse_connect: Path | None = None
    retail_test_dbt_clickhouse: Path | None = None

    clickhouse_host: str = "127.0.0.1"
    clickhouse_port: int = 8123
    clickhouse_secure: bool = False
    clickhouse_ca: str = ""
    clickhouse_cluster: str = Field("", pattern=r"^[A-Za-z0-9_]*$")
    clickhouse_storage_policy: str = Field("", pattern=r"^[A-Za-z0-9_]*$")
    clickhouse_cold_days: int = Field(90, ge=1)
    clickhouse_user: str = "retail"
    clickhouse_password: SecretStr = SecretStr("")
    clickhouse_reader_user: str = "reader"
    clickhouse_reader_password: SecretStr = SecretStr("")

    local_clickhouse_bind: str = "127.0.0.1"
    local_clickhouse_memory_gb: float = Field(3.0, gt=0)
    local_clickhouse_query_memory_gb: float = Field(2.0, gt=0)
    local_clickhouse_threads: int = Field(2, ge=1)
    local_clickhouse_max_queries: int = Field(64, ge=1)
    local_clickhouse_max_body_gb: float = Field(4.0, gt=0)
    local_clickhouse_session_timeout_s: int = Field(60, ge=1)

    kafka_host: str = "127.0.0.1"
    kafka_port: int = 9092
    kafka_internal_port: int = 9094
    kafka_controller_port: int = 9093
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_user: str = "retail"
    kafka_password: SecretStr = SecretStr("")
    kafka_ca: str = ""
    kafka_heap_mb: int = 512
    kafka_sales_partitions: int = Field(4, ge=1)
    kafka_inventory_partitions: int = Field(4, ge=1)
    kafka_catalog_partitions: int = Field(1, ge=1)
    kafka_replication: int = Field(1, ge=1)
    kafka_retention_ms: int = -1

    spark_master: str = "local[2]"
    spark_driver_memory: str = "1g"
    spark_stateful_partitions: int = Field(1, ge=1)
    landing_max_offsets_per_trigger: int = Field(1_000_000, ge=1)
    retail_metrics_port: int = Field(0, ge=0, le=65_535)
    retail_metrics_bind: str = "127.0.0.1"
    retail_live_rate: float = Field(2.0, gt=0)

    retail_dashboard_port: int = Field(8501, ge=1, le=65_535)
    retail_dashboard_bind: str = "127.0.0.1"
    dbt_docs_port: int = 8081
    retail_schema_prefix: str = ""
    retail_as_of: str = ""
    retail_openlineage: str = ""
    dbt_threads: int = Field(2, ge=1)

    retail_airflow_port: int = 8080
    retail_airflow_bind: str = "127.0.0.1"
    retail_airflow_url: str = ""
    retail_airflow_api_url: str = ""
    retail_airflow_postgres_host: str = ""
    retail_airflow_postgres_port: int = 5432
    retail_airflow_postgres_password: SecretStr = SecretStr("")
    retail_airflow_user: str = "admin"
    retail_airflow_password: SecretStr = SecretStr("")
    retail_airflow_secret: SecretStr = SecretStr("")
    retail_airflow_dbt_tasks: Literal["layers", "models"] = "layers"
    retail_alert_webhook: SecretStr = SecretStr("")
    retail_alert_mail_to: str = ""
    retail_alert_mail_from: str = "retail@localhost"
    retail_smtp_host: str = "localhost"
    retail_smtp_port: int = 25
    retail_smtp_user: str = ""
    retail_smtp_password: SecretStr = SecretStr("")

    @computed_field
    @property
    def kafka_bootstrap(self) -> str:
        """`host:port` that clients outside the broker's own network dial."""
        return f"{self.kafka_host}:{self.kafka_port}"

    @property
    def home(self) -> Path:
        """Absolute folder that everything of this stack lives under."""
        return _from_project(self.retail_home)

    @property
    def jars(self) -> Path:
        """Absolute folder of the Kafka and Spark-connector jars; may be shared by several homes."""
        return _from_project(self.retail_jars) if self.retail_jars else self.home / "jars"

    @property
    def dbt_manifest(self) -> Path:
        """dbt's manifest as DAGs read it; dbt's own is rewritten by each of its runs."""
        return self.home / "airflow" / "dbt" / "manifest.json"

    @property
    def model_store(self) -> str:
        """Path or URI under which released models lie."""
        if "://" in self.retail_model_store:
            return self.retail_model_store
        said = self.retail_model_store
        return str(_from_project(Path(said)) if said else self.home / "ml" / "releases")

    @property
    def backup_folder(self) -> Path:
        """Folder that the engine writes backups to and reads them from, as programs see it."""
        return _from_project(self.retail_backup_folder) if self.retail_backup_folder else self.home / "backups"

    @property
    def backups(self) -> str:
        """Path or URI under which backups are kept."""
        said = self.retail_backups
        return said if "://" in said else str(_from_project(Path(said)) if said else self.backup_folder)

    @property
    def archive(self) -> str:
        """Absolute folder, or s3://COLLECTION/PREFIX, that raw messages are archived to."""
        if "://" in self.retail_archive:
            return self.retail_archive
        return str(_from_project(Path(self.retail_archive)) if self.retail_archive else self.home / "archive")

    def environment(self) -> dict[str, str]:
        """Variables that hand these very settings, secrets included, to a program we start."""
        values = {name.upper(): _as_text(getattr(self, name)) for name in type(self).model_fields}
        return values | {"RETAIL_HOME": str(self.home), "RETAIL_JARS": str(self.jars)}


def _from_project(path: Path) -> Path:
    return path if path.is_absolute() else PROJECT / path


def _as_text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


@lru_cache
def load_settings() -> Settings:
    """Settings of this process. Raises `pydantic.ValidationError` naming the variable that does not fit."""
    dotenv = PROJECT / ".env"
    said = Settings(_env_file=dotenv)
    return Settings(_env_file=(dotenv, said.home / SECRETS_FILE), _secrets_dir=said.retail_secrets)


NO_TELEMETRY = {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "ASTRONOMER_COSMOS_TELEMETRY_ENABLED": "false",
    "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "false",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "false",
}


def process_environment(settings: Settings) -> dict[str, str]:
    """The environment of this process with the settings laid over it and telemetry off, for a program we start."""
    return {**os.environ, **NO_TELEMETRY, **settings.environment()}


def java_home() -> str:
    """Where the operator says Java lives, '' where nothing is said."""
    return os.environ.get("JAVA_HOME", "")


def hand_on(variables: dict[str, str]) -> None:
    """Set variables for the programs that libraries start on our behalf (Spark's JVM and its Python workers)."""
    os.environ.update(variables)
