"""How TMDL, DAX and M are read: small texts, worked out by hand."""

import pytest

from powerbi.build.report import box
from powerbi.build.tables import data_type
from powerbi.checks import dax, power_query
from powerbi.checks.theme_checks import contrast
from powerbi.tmdl import Unreadable, parse

TABLE = """/// Ticket lines.
table 'My sales'
\tisHidden

\t/// What was paid.
\tmeasure 'Total, net' =
\t\t\tVAR A = 1
\t\t\tRETURN
\t\t\t    A
\t\tformatString: #,0

\t\tannotation metric = total

\tcolumn amount
\t\tdataType: decimal
"""


def test_tmdl_is_a_tree() -> None:
    """Quotes, flags, properties, annotations, descriptions and expressions of several lines."""
    [table] = parse(TABLE)
    [measure], [column] = table.of("measure"), table.of("column")
    assert (table.name, table.description, table.has("isHidden")) == ("My sales", "Ticket lines.", True)
    assert (measure.name, measure.description) == ("Total, net", "What was paid.")
    assert measure.value == "VAR A = 1\nRETURN\n    A"
    assert (measure.properties, measure.annotation("metric")) == ({"formatString": "#,0"}, "total")
    assert column.properties == {"dataType": "decimal"}


def test_what_is_no_tmdl_is_said() -> None:
    """A line that fits nothing names its file."""
    with pytest.raises(Unreadable, match=r"x\.tmdl: '- item' is no TMDL"):
        parse("table t\n\t- item\n", "x.tmdl")


def test_dax_names_columns_measures_and_tables() -> None:
    """Strings, comments, functions, keywords and variables are no references."""
    text = """VAR Own = [Lost, all] // [not this]
    RETURN CALCULATE(SUM(sales[net]), 'My t'[c d] IN {"x[y]"}, FILTER(days, TRUE() && Own > 1), REMOVEFILTERS('Z'))"""
    found = dax.references(text)
    assert found.columns == {("sales", "net"), ("My t", "c d")}
    assert (found.measures, found.tables) == ({"Lost, all"}, {"days", "Z"})


@pytest.mark.parametrize(
    ("text", "mark"), [("SUM(a[b])", ""), ("SUM(a[b]", "("), ("SUM)a", ")"), ('"(" & x', ""), ("{1)", ")")]
)
def test_dax_brackets(text: str, mark: str) -> None:
    """The bracket that does not fit; those in strings do not count."""
    assert dax.unbalanced(text) == mark


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('let A = F.G(Host, "x, y"), B = A{[Name = "v"]}[Data] in B', []),
        ("let A = Host in B", ["ends in B, which is no step"]),
        ("let A = Port in A", ["refers to Port, which no step or parameter is"]),
        ("let A = B, B = Host in A", ["refers to B, which no step or parameter is"]),
        ("let A = (Host in A", ["has a ( without its other half"]),
        ("Host", ["is not of the form let … in step"]),
    ],
)
def test_power_query_steps(text: str, fault: list[str]) -> None:
    """Steps refer to what comes before them and to parameters."""
    assert power_query.faults(text, {"Host"}) == fault


@pytest.mark.parametrize(
    ("clickhouse", "tabular"),
    [
        ("Decimal(18, 4)", "decimal"),
        ("Decimal(18, 6)", "double"),
        ("DateTime('UTC')", "dateTime"),
        ("Date", "dateTime"),
        ("Bool", "boolean"),
    ],
)
def test_types(clickhouse: str, tabular: str) -> None:
    """Power BI's fixed decimal has four places; six need a floating one."""
    assert data_type(clickhouse) == tabular


def test_the_grid() -> None:
    """24 columns of (1600 - 32 + 8) / 24 = 65.67 pixels; below the header of 64 and a gap of 8, rows of 40.2."""
    assert box([0, 0, 24, 1], is_header=True) == {"x": 16, "y": 16, "width": 1568, "height": 64}
    assert box([12, 1, 12, 2], is_header=False) == {"x": 804, "y": 128, "width": 780, "height": 73}


def test_contrast_is_that_of_wcag() -> None:
    """Black on white is 21; the standard's own example grey #767676 on white is 4.54."""
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.005)
