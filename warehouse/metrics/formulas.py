"""Formulas of metrics: sums, differences, products and quotients of measures, of other metrics and of numbers."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contracts.problems import Problem

_SIGNS: dict[type[ast.AST], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_WRITTEN = {"+": "+", "-": "−", "*": "×", "/": "÷"}


@dataclass(frozen=True)
class Number:
    """A constant, as it was written."""

    text: str


@dataclass(frozen=True)
class MeasureName:
    """A measure: an aggregate over rows."""

    name: str


@dataclass(frozen=True)
class MetricName:
    """Another metric."""

    name: str


@dataclass(frozen=True)
class Calculation:
    """Two formulas and a sign between them."""

    sign: str
    left: "Formula"
    right: "Formula"


Formula = Number | MeasureName | MetricName | Calculation


def parsed(text: str) -> Formula:
    """A formula over metrics, as dbt's `expr` writes it. Raises Problem at anything but + - * / and brackets."""
    try:
        return _node(ast.parse(text, mode="eval").body, text)
    except SyntaxError:
        raise Problem(f"{text!r} is no formula.", "Write names of metrics, numbers, brackets and + - * /.") from None


def _node(node: ast.expr, text: str) -> Formula:
    if isinstance(node, ast.Name):
        return MetricName(node.id)
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return Number(str(node.value))
    if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
        return Calculation(_SIGNS[type(node.op)], _node(node.left, text), _node(node.right, text))
    raise Problem(f"{ast.unparse(node)!r} in {text!r} cannot be compiled.", "A formula has names, numbers and + - * /.")


def expanded(formula: Formula, formula_of: Callable[[str], Formula]) -> Formula:
    """The formula with every metric in it replaced by its own formula."""
    if isinstance(formula, MetricName):
        return expanded(formula_of(formula.name), formula_of)
    if isinstance(formula, Calculation):
        left, right = expanded(formula.left, formula_of), expanded(formula.right, formula_of)
        return Calculation(formula.sign, left, right)
    return formula


def measures_of(formula: Formula, formula_of: Callable[[str], Formula]) -> list[str]:
    """Names of the measures it comes down to, each once."""
    leaves = _leaves(expanded(formula, formula_of))
    return list(dict.fromkeys(leaf.name for leaf in leaves if isinstance(leaf, MeasureName)))


def _leaves(formula: Formula) -> Iterator[Formula]:
    if isinstance(formula, Calculation):
        yield from _leaves(formula.left)
        yield from _leaves(formula.right)
    else:
        yield formula


def as_sql(formula: Formula, column_of: Callable[[str], str]) -> str:
    """SQL of an expanded formula over columns of measures.

    Money stays Decimal through sums; a formula that divides is reckoned in Float64, because a quotient of Decimals is
    cut off after the dividend's digits. What is divided by nothing is NULL.
    """
    return _sql(formula, column_of, is_float=divides(formula))


def divides(formula: Formula) -> bool:
    """Whether there is a quotient in it."""
    if not isinstance(formula, Calculation):
        return False
    return formula.sign == "/" or divides(formula.left) or divides(formula.right)


def _sql(formula: Formula, column_of: Callable[[str], str], is_float: bool) -> str:
    if isinstance(formula, Number):
        return formula.text
    if isinstance(formula, Calculation):
        left, right = (_sql(part, column_of, is_float) for part in (formula.left, formula.right))
        return f"({left} / nullIf({right}, 0))" if formula.sign == "/" else f"({left} {formula.sign} {right})"
    column = column_of(formula.name)
    return f"toFloat64({column})" if is_float else column


def as_text(formula: Formula, label_of: Callable[[str], str]) -> str:
    """The formula as people write it, with the labels of what it names."""
    if isinstance(formula, Number):
        return formula.text
    if isinstance(formula, Calculation):
        left = _bracketed(formula.left, formula.sign in "*/", "+-", label_of)
        right = _bracketed(formula.right, formula.sign in "-*/", "+-*/" if formula.sign == "/" else "+-", label_of)
        return f"{left} {_WRITTEN[formula.sign]} {right}"
    return label_of(formula.name)


def _bracketed(part: Formula, binds: bool, weaker: str, label_of: Callable[[str], str]) -> str:
    """In brackets where the sign beside it would tear it apart."""
    text = as_text(part, label_of)
    return f"({text})" if binds and isinstance(part, Calculation) and part.sign in weaker else text
