"""Make what Airflow's parts expect: its tables, its pools, its password file, dbt's manifest.

`python -m local_stack.scheduler.prepare_airflow`, before the parts are started, where no supervisor of ours does it.
The database itself is there already: RETAIL_AIRFLOW_POSTGRES_HOST says where.
"""

import sys

from contracts.problems import Problem
from contracts.settings import Settings, load_settings
from local_stack.scheduler import lifecycle
from local_stack.telling import complain, tell


def main() -> int:
    """Exit code 0, or 1 after a sentence."""
    try:
        _prepare(load_settings())
    except Problem as problem:
        complain(problem)
        return 1
    return 0


def _prepare(settings: Settings) -> None:
    if not settings.retail_airflow_postgres_host:
        raise Problem("RETAIL_AIRFLOW_POSTGRES_HOST is not set.", "On a laptop ./retail airflow prepares itself.")
    missing = [name for name in lifecycle.AIRFLOW_NAMES if not getattr(settings, name.lower()).get_secret_value()]
    if missing:
        raise Problem(f"{' and '.join(missing)} must be set.", "See docs/security.md, secrets.")
    lifecycle.write_passwords(settings)
    lifecycle.migrate(settings, tell)
    lifecycle.parse_models(settings)


if __name__ == "__main__":
    sys.exit(main())
