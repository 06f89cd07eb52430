"""Fields as pages write them, `[Measure]`, `table[column]`, `spark([Measure], table[column])`, made PBIR."""

import re
from typing import Any

from powerbi.tmdl import Model

_COLUMN = re.compile(r"^(?P<table>\w+)\[(?P<column>[^\]]+)\]$")
_SPARK = re.compile(r"^spark\((?P<measure>\[[^\]]+\]), (?P<column>.+)\)$")


def projection(said: str, model: Model) -> dict[str, Any]:
    """A field in a role of a visual; `as` gives it another title."""
    text, _, title = said.partition(" as ")
    field = expression(text, model)
    native = text[text.index("[") + 1 : text.index("]")]
    found = {"field": field, "queryRef": query_ref(text, model), "nativeQueryRef": native}
    return {**found, **({"displayName": title or _title(native)} if not text.startswith("[") or title else {})}


def expression(text: str, model: Model) -> dict[str, Any]:
    """The field as a query expression."""
    if spark := _SPARK.match(text):
        groupings = [expression(spark["column"], model)]
        return {"SparklineData": {"Measure": expression(spark["measure"], model), "Groupings": groupings}}
    if column := _COLUMN.match(text):
        return {"Column": {"Expression": _source(column["table"]), "Property": column["column"]}}
    return {"Measure": {"Expression": _source(_home(text, model)), "Property": text[1:-1]}}


def query_ref(text: str, model: Model) -> str:
    """The name by which formats and sorting call the field."""
    if spark := _SPARK.match(text):
        return f"SparklineData({query_ref(spark['measure'], model)}_[{query_ref(spark['column'], model)}])"
    if column := _COLUMN.match(text):
        return f"{column['table']}.{column['column']}"
    return f"{_home(text, model)}.{text[1:-1]}"


def chosen(name: str, text: str, values: list[Any], model: Model) -> dict[str, Any]:
    """A filter of a visual or page: the column is one of the values."""
    table, column = text.removesuffix("]").split("[")
    by_alias = {"Column": {"Expression": {"SourceRef": {"Source": "t"}}, "Property": column}}
    wanted = [[{"Literal": {"Value": literal(value)}}] for value in values]
    condition = {"Condition": {"In": {"Expressions": [by_alias], "Values": wanted}}}
    entity = {"Name": "t", "Entity": table, "Type": 0}
    return {
        "name": name,
        "field": expression(text, model),
        "type": "Categorical",
        "filter": {"Version": 2, "From": [entity], "Where": [condition]},
        "howCreated": "User",
    }


def literal(value: Any) -> str:
    """A value as PBIR writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value}L"
    if isinstance(value, float):
        return f"{value}D"
    return "'" + str(value).replace("'", "''") + "'"


def _home(measure: str, model: Model) -> str:
    found = model.measures().get(measure[1:-1])
    return found[0] if found else "no table"


def _source(table: str) -> dict[str, Any]:
    return {"SourceRef": {"Entity": table}}


def _title(column: str) -> str:
    return column.replace("_", " ").capitalize()
