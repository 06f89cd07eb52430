"""Every KPI of a week that can be checked on paper."""

import pytest

from tests.dbt_project.kpis_by_hand import EXPECTED, METRICS, MODELS, differences, layer_of
from tests.dbt_project.warehouse_build import WarehouseBuild
from tests.dbt_project.worked_tables import is_worked_out_right


@pytest.mark.parametrize("model", EXPECTED)
def test_the_model_says_what_was_worked_out_by_hand(week: WarehouseBuild, model: str) -> None:
    """Row by row, nothing more and nothing less."""
    assert differences(week.client, lambda name: layer_of(week.client, name), model) == []


def test_the_working_on_the_pages_is_right() -> None:
    """What stands before `=` gives what stands after it."""
    rows = [row for table in MODELS.values() for row in table.rows] + METRICS
    assert [cell for row in rows for cell in row.values() if not is_worked_out_right(cell)] == []
