"""How often drift is called where there is none, and found where there is: the SQL of `feature_drift` on made values.

python -m bench.drift

Values are lognormal, the reference four times as many, as there. False alarms by number of values; then how often a
shift of 10 % is found at 1,000 by the spread of the values. Beside it the rule of thumb, an index above 0.2.
"""

import argparse

import chdb
import jinja2
import numpy as np
import pyarrow as pa

from contracts.settings import PROJECT

_MACROS = PROJECT / "dbt_project" / "macros"
_SIZES, _SPREADS, _DRAWS = (100, 250, 500, 1000, 2500, 5000), (0.3, 0.5, 0.8), 1000
_REFERENCES = 4
_QUERY = """
with placed as (select '' as source, draw as feature, 0 as date_key, is_reference, value from Python(table)),
{stability}
select countIf(stability_index > threshold) / {draws}, countIf(stability_index > 0.2) / {draws} from stability
"""


def main() -> None:
    """Print both tables."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    random, sql = np.random.default_rng(20260101), stability_sql()
    print(f"{_DRAWS:,} draws each\n\nno drift, spread 0.5: alarms by the threshold, and by index > 0.2")
    for size in _SIZES:
        print("{:>6,} values {:6.1%} {:6.1%}".format(size, *alarms(sql, random, size, 0.5, 1.0)), flush=True)
    print("\n+10 % at 1,000 values: found by the threshold, and by index > 0.2")
    for spread in _SPREADS:
        print("spread {:.1f}  {:6.1%} {:6.1%}".format(spread, *alarms(sql, random, 1000, spread, 1.1)), flush=True)


def stability_sql() -> str:
    """The macro of the models, over `placed`."""
    files = [_MACROS / "exact_sum.sql", _MACROS / "drift" / "population_stability.sql"]
    text = "\n".join(file.read_text() for file in files) + "{{ population_stability('placed') }}"
    return jinja2.Environment().from_string(text).render()  # noqa: S701 - SQL of our own, no page


def alarms(sql: str, random: np.random.Generator, size: int, spread: float, shift: float) -> tuple[float, float]:
    """Share of draws called drift, by the threshold and by the rule of thumb."""
    values = random.lognormal(0, spread, (_DRAWS, 1 + _REFERENCES, size))
    values[:, 0] *= shift
    draw, part, _ = np.indices(values.shape)
    table = pa.table(  # noqa: F841 - the query reads it by name
        {"draw": draw.ravel(), "is_reference": part.ravel() > 0, "value": values.ravel()}
    )
    query = _QUERY.format(stability=sql, draws=_DRAWS)
    return tuple(float(share) for share in str(chdb.query(query, "CSV")).strip().split(","))


if __name__ == "__main__":
    main()
