"""Two builds held against each other: which model, which columns, how many rows, an example."""

from collections.abc import Iterator

import pytest
from clickhouse_connect.driver.client import Client

from contracts.settings import Settings
from quality.model_copies import drop_databases, keep_models, model_differences
from warehouse.client import connect

ONE, OTHER = "one_", "other_"


@pytest.fixture
def client(running_stack: Settings) -> Iterator[Client]:
    """A model `core.compared` of three rows, kept as ONE."""
    client = connect(running_stack)
    _model(client, "('a', 1, 2, 7), ('b', 3, 4, 8), ('c', null, 0.1, 9)")
    keep_models(client, ONE)
    yield client
    client.command("DROP TABLE core.compared SYNC")
    for prefix in (ONE, OTHER):
        drop_databases(client, prefix)


def _model(client: Client, rows: str) -> None:
    columns = "id String, units Nullable(Decimal(18, 3)), share Float64, _offset Int64"
    client.command(f"CREATE OR REPLACE TABLE core.compared ({columns}) ENGINE = MergeTree ORDER BY id")
    client.command(f"INSERT INTO core.compared VALUES {rows}")


def _differences(client: Client, rows: str, **where: str) -> list[str]:
    _model(client, rows)
    keep_models(client, OTHER)
    found = model_differences(client, ONE, OTHER, {f"core.{model}": rule for model, rule in where.items()})
    return [str(difference) for difference in found if difference.model == "core.compared"]


def test_equal_models_do_not_differ(client: Client) -> None:
    """Another order, other plumbing and noise in a float are no difference."""
    assert _differences(client, "('c', null, 0.1000000000001, 1), ('b', 3, 4, 2), ('a', 1, 2, 3)") == []


def test_a_changed_value_is_shown_with_its_row(client: Client) -> None:
    """The column is named, and both values beside the columns that are the same."""
    [said] = _differences(client, "('a', 1, 2, 7), ('b', 5, 4, 8), ('c', null, 0.1, 9)")
    assert said == (
        "core.compared (units): 1 rows only in the one, 1 only in the other;"
        " for example id b, share 4: units 3 in the one, units 5 in the other"
    )


def test_a_missing_row_is_counted(client: Client) -> None:
    """A row that one build lacks is only in the other; doubled ones count."""
    [said] = _differences(client, "('a', 1, 2, 7), ('b', 3, 4, 8), ('b', 3, 4, 8), ('c', null, 0.1, 9)")
    assert "0 rows only in the one, 1 only in the other" in said
    assert "no such row in the one" in said


def test_values_that_changed_places_differ(client: Client) -> None:
    """The same values in other combinations are a difference, though every column holds the same."""
    [said] = _differences(client, "('a', 3, 2, 7), ('b', 1, 4, 8), ('c', null, 0.1, 9)")
    assert "(the same values, otherwise combined): 2 rows only in the one, 2 only in the other" in said


def test_rows_that_do_not_count_are_left_out(client: Client) -> None:
    """A condition says which rows must be equal."""
    assert _differences(client, "('a', 1, 2, 7), ('c', null, 0.1, 9)", compared="id != 'b'") == []
