"""What a table says, as one number: equal numbers, equal rows, in whatever order they lie."""

from clickhouse_connect.driver.client import Client

Columns = list[tuple[str, str]]  # name and type


def content_hash(client: Client, relation: str, columns: Columns, where: str = "true") -> str:
    """`rows-sum-sum` over the rows of a table or view that keep `where`; floats count to 9 significant digits.

    `relation` is quoted where it has to be.
    """
    row = "sipHash64(tuple(" + ", ".join(comparable(name, kind) for name, kind in columns) + "))"
    # Sums, because rows that occur twice would cancel each other out of an exclusive or.
    query = f"select count(), sum({row}), sum(cityHash64({row})) from {relation} where {where}"
    return "-".join(str(part) for part in client.query(query).result_rows[0])


def comparable(name: str, kind: str) -> str:
    """An expression of a column that is equal where its values are: floats to 9 significant digits."""
    if "Float" not in kind:
        return f"toString(`{name}`)"
    if kind.startswith("Array"):
        return f"toString(arrayMap(number -> {_rounded('number')}, `{name}`))"
    return f"toString({_rounded(f'`{name}`')})"


def _rounded(number: str) -> str:
    """To 9 significant digits."""
    has_digits = f"{number} != 0 and isFinite({number})"
    digits = f"9 - 1 - toInt8(floor(log10(if({has_digits}, abs({number}), 1))))"
    return f"if({has_digits}, round({number}, {digits}), {number})"
