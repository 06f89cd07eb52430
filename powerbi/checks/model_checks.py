"""Checks of the semantic model: against dbt's contracts and metrics, and of its own references."""

from collections.abc import Iterator

from powerbi.build.contracts import View
from powerbi.build.tables import data_type
from powerbi.checks import dax, power_query
from powerbi.checks.metrics import Metric
from powerbi.checks.project import Project
from powerbi.tmdl import Node
from warehouse.metrics.definitions import FORMATS


def columns_follow_dbt(project: Project, views: dict[str, View]) -> Iterator[str]:
    """Every column of a table that reads a view is a column of that view, of a fitting type, with its description."""
    for name, table in project.model.tables.items():
        read = {power_query.view_read(query) for query in _queries(table)} - {""}
        if strangers := sorted(read - set(views)):
            yield f"Table {name} reads {strangers[0]}, which dbt does not build in reporting."
            continue
        if len(read) > 1:
            yield f"Table {name} reads {' and '.join(sorted(read))}: its refresh policy and its partition differ."
        if not read:
            continue
        view = min(read)
        known = {column.name: column for column in views[view].columns}
        for column in table.of("column"):
            source = column.properties.get("sourceColumn", "")
            if source not in known:
                yield f"Column {name}[{column.name}] reads {source}, which the view {view} has not."
            elif column.properties["dataType"] != (wanted := data_type(known[source].type)):
                yield f"Column {name}[{column.name}] is {column.properties['dataType']}; {view} makes it {wanted}."
            elif column.description != known[source].description:
                yield f"Column {name}[{column.name}] is not described as dbt describes it."


def dax_resolves(project: Project) -> Iterator[str]:
    """Every column, measure and table that DAX names exists; brackets fit."""
    model = project.model
    measures, tables = set(model.measures()), set(model.tables)
    for owner, expression in _dax(project):
        if mark := dax.unbalanced(expression):
            yield f"{owner} has a {mark} without its other half."
            continue
        named = dax.references(expression)
        yield from (
            f"{owner} names {table}[{column}], which does not exist."
            for table, column in sorted(named.columns)
            if column not in model.columns(table)
        )
        yield from (f"{owner} names the measure [{name}], which does not exist." for name in named.measures - measures)
        yield from (f"{owner} names the table {name}, which does not exist." for name in named.tables - tables)


def power_query_parses(project: Project) -> Iterator[str]:
    """Every M query is well formed and names only its steps and the model's parameters."""
    parameters = set(project.model.expressions)
    for name, table in project.model.tables.items():
        for query in _queries(table):
            yield from (f"A query of {name} {fault}." for fault in power_query.faults(query, parameters))
        if table.of("refreshPolicy") and not {"RangeStart", "RangeEnd"} <= parameters:
            yield f"Table {name} is refreshed by RangeStart and RangeEnd, which are no parameters."
        if table.of("refreshPolicy") and not all("RangeStart" in query for query in _queries(table)):
            yield f"Table {name} is refreshed by days, but a query of it does not use RangeStart."


def relationships_resolve(project: Project) -> Iterator[str]:
    """Both ends exist, are of one type and hidden or a key, and the one side is a key."""
    model = project.model
    for one in project.model.relationships:
        ends = [one.properties[end].split(".") for end in ("fromColumn", "toColumn")]
        (many, by), (key_table, key) = ends
        missing = [f"{table}[{column}]" for table, column in ends if column not in model.columns(table)]
        if missing:
            yield f"A relationship names {missing[0]}, which does not exist."
            continue
        from_column, to_column = model.columns(many)[by], model.columns(key_table)[key]
        if from_column.properties["dataType"] != to_column.properties["dataType"]:
            yield f"{many}[{by}] and {key_table}[{key}] are related, but of different types."
        if not to_column.has("isKey"):
            yield f"{key_table}[{key}] is the one side of a relationship, but not marked as key."
        if by.endswith("_key") and not from_column.has("isHidden"):
            yield f"The key {many}[{by}] is not hidden."


def dates_are_marked(project: Project) -> Iterator[str]:
    """One date table, marked, with its day as key."""
    marked = [name for name, one in project.model.tables.items() if one.properties.get("dataCategory") == "Time"]
    if marked != ["dates"]:
        yield f"The date table is dates; marked as such: {', '.join(marked) or 'none'}."
    elif not project.model.columns("dates")["date_key"].has("isKey"):
        yield "dates[date_key] is not marked as key."


def measures_follow_metrics(project: Project, metrics: dict[str, Metric]) -> Iterator[str]:
    """Every dbt metric has one measure, with its description and the format of its unit."""
    named: dict[str, str] = {}
    for name, (_, measure) in project.model.measures().items():
        metric = measure.annotation("metric")
        if not measure.description or not measure.properties.get("displayFolder"):
            yield f"Measure [{name}] lacks a description or a display folder."
        if not metric:
            continue
        if metric not in metrics:
            yield f"Measure [{name}] names the metric {metric}, which dbt has not."
            continue
        if metric in named:
            yield f"Measures [{named[metric]}] and [{name}] both name the metric {metric}."
        named[metric] = name
        if measure.description != metrics[metric].description:
            yield f"Measure [{name}] is not described as the metric {metric} is."
        if measure.properties.get("formatString") != FORMATS[metrics[metric].unit]:
            yield f"Measure [{name}] is not formatted as {metrics[metric].unit}."
    yield from (f"The metric {name} has no measure." for name in sorted(set(metrics) - set(named)))


def stores_are_secured(project: Project) -> Iterator[str]:
    """The role of a store's people filters locations, and hides what no location reaches."""
    model = project.model
    permitted = {one.name for role in model.roles.values() for one in role.of("tablePermission")}
    reached, edges = (
        {"places"},
        [
            (one.properties["fromColumn"].split(".")[0], one.properties["toColumn"].split(".")[0])
            for one in model.relationships
            if one.properties.get("isActive") != "false"
        ],
    )
    while more := {many for many, one in edges if one in reached} - reached:
        reached |= more
    if "places" not in permitted:
        yield "No role filters places: everybody sees every store."
    for name, table in model.tables.items():
        if _names_places(table) and name not in reached | permitted:
            yield f"Table {name} knows locations, but no filter of the role reaches it."


def tables_are_listed(project: Project) -> Iterator[str]:
    """`model.tmdl` refers to every table and role, and to nothing else."""
    listed = {node.name or node.value for node in project.model.properties if node.kind == "ref"}
    there = set(project.model.tables) | set(project.model.roles)
    yield from (f"model.tmdl does not refer to {name}." for name in sorted(there - listed))
    yield from (f"model.tmdl refers to {name}, which does not exist." for name in sorted(listed - there))


def _names_places(table: Node) -> bool:
    return bool({"place", "store_id", "store_key"} & {column.name for column in table.of("column")})


def _queries(table: Node) -> list[str]:
    """Of the partition, and of those that incremental refresh makes."""
    partitions = [one.expression("source") for one in table.of("partition")]
    return partitions + [one.expression("sourceExpression") for one in table.of("refreshPolicy")]


def _dax(project: Project) -> Iterator[tuple[str, str]]:
    """Every DAX expression with whose it is."""
    for name, (_, measure) in project.model.measures().items():
        yield f"Measure [{name}]", measure.value
    for table in project.model.tables.values():
        for group in table.of("calculationGroup"):
            yield from ((f"Comparison {item.name}", item.value) for item in group.of("calculationItem"))
    for role in project.model.roles.values():
        yield from ((f"Role {role.name}", one.value) for one in role.of("tablePermission"))
