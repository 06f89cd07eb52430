"""Run Airflow with our settings: `python -m local_stack.scheduler api-server`, or any other of Airflow's commands."""

import os
import sys

from contracts.settings import load_settings
from local_stack.scheduler.environment import AIRFLOW, airflow_environment


def main() -> None:
    """Become Airflow."""
    os.execve(AIRFLOW[0], [*AIRFLOW, *sys.argv[1:]], airflow_environment(load_settings()))


if __name__ == "__main__":
    main()
