"""Whether a rule of the data test `holds` can turn red: one column after the other is made wrong in every row."""

import re

from tests.dbt_project.warehouse_build import WarehouseBuild

_DAMAGES = {
    "Array": ["arrayMap(value -> value - 1000003, {0})", "arrayReverse({0})", "arrayPopBack({0})"],
    "Bool": ["not {0}"],
    "Decimal": ["{0} + 1000003", "{0} - 1000003"],
    "UInt8": ["not {0}", "{0} + 200"],
    "Int": ["{0} + 1000003", "{0} - 1000003"],
    "Float": ["{0} + 1000003", "{0} - 1000003"],
    "Date": ["addDays({0}, 4000)", "subtractDays({0}, 4000)"],
    "String": ["concat('~', {0})", "concat({0}, '?')", "''"],
}


def broken(build: WarehouseBuild, relation: str, rule: str) -> int:
    """Rows for which the rule is not true."""
    [(rows,)] = build.rows(f"select count() from {relation} where not ifNull({rule}, false)")
    return rows


def turns_red(build: WarehouseBuild, relation: str, rule: str) -> bool:
    """Whether the rule finds a column that it names to be wrong."""
    columns = {name: kind for name, kind, *_ in build.rows(f"describe table {relation}")}
    named = [name for name in columns if re.search(rf"\b{name}\b", rule)]
    damages = [f"{damage.format(name)} as {name}" for name in named for damage in _damages(columns[name])]
    return any(broken(build, f"(select * replace ({damage}) from {relation})", rule) for damage in damages)


def _damages(kind: str) -> list[str]:
    lost = ["null"] if "Nullable" in kind else []
    return lost + next(damages for word, damages in _DAMAGES.items() if word in kind)
