"""Each mistake, by examples."""

import pytest

from quality.mutations.mistakes import Mutant, a_few, mutants_of

MODEL = """{{ config(order_by=['a > 1']) }}

with lines as (

    select * from {{ ref('sales') }} -- where a < 1
    {% if is_incremental() %} where day > 3 {% endif %}

),

summed as (

    select lines.store_id as store_id, sum(lines.amount) as amount, 'a + b' as said
    from lines
    left join stores using (source, store_id)
    where amount > 0 and is_open
    group by store_id

)

select * from summed
"""


def _changes(sql: str, mistake: str) -> list[str]:
    return [" ".join(one.sql.split()) for one in mutants_of("m", sql) if one.mistake == mistake]


@pytest.mark.parametrize(
    ("mistake", "sql", "mutated"),
    [
        ("join side", "from a left join b using (x)", ["from a inner join b using (x)"]),
        ("join side", "from a inner join b using (x)", ["from a left join b using (x)"]),
        ("join side", "a asof left join b on c.x = b.x and t >= f", ["a asof join b on c.x = b.x and t >= f"]),
        ("join side", "from a asof\n join b on a.x = b.x", ["from a asof left join b on a.x = b.x"]),
        ("join condition", "from a inner join b using (x, y)", [
            "from a inner join b using (y)", "from a inner join b using (x)"]),
        ("join condition", "from a left join b on a.x = b.x and (p and q) where r and s", [
            "from a left join b on (p and q) where r and s", "from a left join b on a.x = b.x where r and s"]),
        ("join condition", "from a left join b on a.x = b.x", []),
        ("filter dropped", "select 1 from a where x > 1 group by y", ["select 1 from a group by y"]),
        ("filter dropped", "from a where day between 1 and 2 and is_open", [
            "from a where is_open", "from a where day between 1 and 2"]),
        ("filter dropped", "from (select 1 from a where x) as b", ["from (select 1 from a ) as b"]),
        ("filter turned round", "where x not in (1) and isNull(y)", [
            "where x in (1) and isNull(y)", "where x not in (1) and isNotNull(y)"]),
        ("bound", "x -> y where a < b", ["x -> y where a <= b"]),
        ("bound", "where a >= b or c != d", ["where a > b or c != d"]),
        ("bound", "where s.day between f(x) and y + z", ["where s.day > f(x) and s.day <= y + z"]),
        ("sign", "select a - b", ["select a + b"]),
        ("sign", "select sum(-a)", ["select sum(a)"]),
        ("aggregate", "select argMin(a, b)", ["select argMax(a, b)"]),
        ("aggregate", "select sumIf(a, b)", ["select maxIf(a, b)"]),
        ("grain", "select sum(t.a) as a from t group by b", ["select sum(t.a) as a from t group by b, t.a"]),
        ("grain", "sum(a) over (partition by b, c order by d)", ["sum(a) over (partition by b order by d)"]),
        ("grain", "from a order by x limit 1 by y, z", ["from a order by x limit 1 by y"]),
        ("order", "from a order by x desc, y limit 1 by z", ["from a order by x, y limit 1 by z"]),
        ("order", "max(a) over (order by x rows between 1 preceding and current row)", [
            "max(a) over (order by x desc rows between 1 preceding and current row)"]),
        ("order", "select a from b order by c", []),
        ("window", "sum(a) over (order by x rows between 7 preceding and current row)", [
            "sum(a) over (order by x rows between 7 preceding and 1 following)"]),
        ("date", "where t <= addDays(u, 1)", ["where t <= subtractDays(u, 1)", "where t <= addDays(u, 2)"]),
        ("date", "on t >= v.valid_from", ["on t >= v.valid_to"]),
        ("default", "ifNull(a, 0)", ["ifNull(a, 1)"]),
        ("number", "cast(a * 7 as Decimal(18, 4))", ["cast(a * 8 as Decimal(18, 4))"]),
        ("number", "toDecimal128(a, 6)", []),
        ("distinct", "select distinct a from b", ["select a from b"]),
    ],
)  # fmt: skip
def test_a_mistake_is_made_where_it_can_be(mistake: str, sql: str, mutated: list[str]) -> None:
    """In each place once, and nothing else is touched."""
    assert sorted(_changes(sql, mistake)) == sorted(mutated)


def test_comments_texts_templates_and_later_runs_are_left_alone() -> None:
    """Every mistake is in the second CTE: the first has nothing but what is passed over."""
    found = mutants_of("m", MODEL)
    assert {one.line for one in found} == {12, 14, 15, 16}
    assert {one.mistake for one in found} == {
        "aggregate", "join side", "join condition", "filter dropped", "bound", "number", "grain"
    }  # fmt: skip


def test_a_mistake_says_where_it_is() -> None:
    """Model, kind, CTE and line, the line as it was and as it is."""
    [one] = [one for one in mutants_of("m", MODEL) if one.mistake == "join side"]
    assert (one.model, one.step, one.line) == ("m", 1, 14)
    assert (one.was, one.now) == (
        "left join stores using (source, store_id)", "inner join stores using (source, store_id)"
    )  # fmt: skip
    assert one.sql == MODEL.replace("left join", "inner join")


def test_a_few_are_one_per_kind_and_cte_and_every_join_and_filter() -> None:
    """Of two sums one, of two joins both."""
    sql = "select sum(a), sum(b) from c left join d using (x) \n left join e using (x)"
    kinds = [one.mistake for one in a_few(mutants_of("m", sql))]
    assert sorted(kinds) == ["aggregate", "join side", "join side"]


def test_the_same_sql_gives_the_same_mistakes() -> None:
    """Twice the same, in the same order."""
    assert mutants_of("m", MODEL) == mutants_of("m", MODEL)
    assert all(isinstance(one, Mutant) and one.sql != MODEL for one in mutants_of("m", MODEL))
