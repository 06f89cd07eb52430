"""The judge over real worlds: a mistake that a test knows is found, one that nothing can tell is not."""

from collections.abc import Iterator

import pytest

from quality.mutations.plan import DBT, planned
from quality.mutations.verdicts import BY_HAND, DATA, NOT_RUNNABLE, SURVIVED, UNIT
from tests.dbt_project.own_server import own_clickhouse
from tests.dbt_project.warehouse_build import WarehouseBuild
from tests.quality.mutations.judge import Judge
from tests.quality.mutations.worlds import land_worlds

SALES = "fact_sales"
SALES_SQL = (DBT / "models/core/fact_sales.sql").read_text()


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """A judge over a server of its own."""
    with own_clickhouse() as settings:
        build = WarehouseBuild(settings)
        land_worlds(build)
        build.dbt("run")
        yield Judge(build)


@pytest.mark.long
def test_sql_without_a_mistake_is_found_innocent(judge: Judge) -> None:
    """No judge is red over what stands in the models."""
    for path in sorted((DBT / "models").rglob("*.sql")):
        verdict = judge.verdict(path.stem, path.read_text())
        assert (verdict.by, verdict.told) == (SURVIVED, "changes no row of any world"), path.stem


@pytest.mark.long
@pytest.mark.parametrize(
    ("was", "now", "by"),
    [
        ("unit_price - discount_amount", "unit_price + discount_amount", UNIT),
        ("ifNull(product_key, 0)", "ifNull(product_key, 1)", DATA),
        ("sold_at >= product_from", "sold_at > product_from", BY_HAND),
        ("sold_at >= product_from", "sold_at >= product_until", NOT_RUNNABLE),
        ("-- keys of the dimensions", "-- keys", SURVIVED),
    ],
)
def test_each_judge_finds_what_it_is_there_for(judge: Judge, was: str, now: str, by: str) -> None:
    """A sign, a default, a bound of validity, a column that is not there, a comment."""
    assert was in SALES_SQL
    assert judge.verdict(SALES, SALES_SQL.replace(was, now)).by == by


@pytest.mark.long
def test_a_sample_is_judged(judge: Judge) -> None:
    """Of mistakes spread over all models most are found, whichever they are."""
    verdicts = [judge.verdict(one.mutant.model, one.mutant.sql).by for one in planned([], sample=60)]
    runnable = [by for by in verdicts if by != NOT_RUNNABLE]
    assert len(runnable) > 40
    assert runnable.count(SURVIVED) < len(runnable) / 2
