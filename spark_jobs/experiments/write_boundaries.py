"""Writes dbt's seed `sequential_boundaries`: the p-value that each look at an experiment asks for.

python -m spark_jobs.experiments.write_boundaries
"""

import sys

from contracts.settings import PROJECT
from spark_jobs.experiments.alpha_spending import nominal_p_values

SEED = PROJECT / "dbt_project" / "seeds" / "sequential_boundaries.csv"
MOST_LOOKS = 26


def main() -> int:
    """Exit code 0."""
    SEED.write_text(boundaries_table())
    sys.stderr.write(f"Written: {SEED}\n")
    return 0


def boundaries_table() -> str:
    """The seed as CSV."""
    lines = ["planned_looks,look,nominal_p"]
    for looks in range(1, MOST_LOOKS + 1):
        lines += [f"{looks},{look},{p:.9f}" for look, p in enumerate(nominal_p_values(looks), start=1)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
