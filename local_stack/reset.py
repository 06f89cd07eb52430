"""Delete what a home holds, and nothing that is not its own."""

import shutil

from contracts.settings import SECRETS_FILE, Settings

DATA = (
    "clickhouse",
    "kafka",
    "checkpoints",
    "simulation",
    "replay",
    "dbt",
    "logs",
    "run",
    "spark",
    "checkpoints-before-restore",
    "archive",
    "postgres",
    "airflow",
    "reports",
)
FILES = (SECRETS_FILE, "sources.json")


def remove_data(settings: Settings) -> None:
    """Delete the folders and files that our programs make; the Java archives and backups stay."""
    for folder in DATA:
        shutil.rmtree(settings.home / folder, ignore_errors=True)
    for file in FILES:
        (settings.home / file).unlink(missing_ok=True)


def kept_by_home(settings: Settings) -> list[str]:
    """What is left in the home."""
    return sorted(path.name for path in settings.home.iterdir()) if settings.home.exists() else []
