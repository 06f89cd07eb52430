"""Delete task logs, reports and Airflow's records that nobody reads again: `python -m local_stack.clean_up [--days N]`.

In the warehouse it touches persons only: whoever was erased and has come back, and the text of rejected messages after
RETAIL_QUARANTINE_DAYS. Called twice, the second finds nothing.
"""

import argparse
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clickhouse_connect.driver.client import Client

from contracts.problems import Problem
from contracts.settings import PROJECT, Settings, load_settings
from local_stack.scheduler.environment import AIRFLOW, airflow_environment
from local_stack.telling import complain, confirm
from warehouse.client import connect
from warehouse.erasing import back_again, erase, expire_quarantine
from warehouse.erasure_list import ErasureList

FOLDERS = ("logs/airflow", "reports")


def main() -> int:
    """Exit code of the last program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=30, help="how long things are kept (%(default)s)")
    options, settings = parser.parse_args(), load_settings()
    for folder in FOLDERS:
        deleted = delete_old(settings.home / folder, options.days)
        confirm(f"{folder}: {deleted} files older than {options.days} days deleted")
    try:
        _forget_persons(connect(settings), settings)
    except Problem as problem:
        complain(problem)
        return 1
    return _delete_records(settings, options.days)


def delete_old(folder: Path, days: int) -> int:
    """Delete files that were not written to for so long, and folders that are empty then; gives how many files."""
    oldest, deleted = time.time() - days * 86_400, 0
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_symlink():
            continue
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink()
            deleted += 1
        elif path.is_dir() and path.stat().st_mtime < oldest and not any(path.iterdir()):
            path.rmdir()
    return deleted


def _forget_persons(client: Client, settings: Settings) -> None:
    salt = settings.retail_erasure_salt.get_secret_value()
    back = back_again(client, ErasureList(client, salt))
    for person in back:
        erase(client, person, salt, settings.clickhouse_cluster)
    confirm(f"customers: {len(back)} erased ones had come back, and are gone")
    if settings.retail_quarantine_days:
        expired = expire_quarantine(client, datetime.now(UTC) - timedelta(days=settings.retail_quarantine_days))
        confirm(f"quarantine: {expired} messages older than {settings.retail_quarantine_days} days have no text now")


def _delete_records(settings: Settings, days: int) -> int:
    before = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    command = ["db", "clean", "--clean-before-timestamp", before, "--skip-archive", "--yes"]
    result = subprocess.run(
        [*AIRFLOW, *command],
        env=airflow_environment(settings),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        complain(f"Airflow's records: {result.stderr.strip().splitlines()[-1:]}")
    else:
        confirm(f"Airflow's records before {before[:10]}: gone")
    return result.returncode


if __name__ == "__main__":
    sys.exit(main())
