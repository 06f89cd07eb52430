"""One visual of a page description as `visual.json`."""

from typing import Any

from powerbi.build.fields import chosen, expression, literal, projection, query_ref
from powerbi.tmdl import Model

SCHEMA = "https://developer.microsoft.com/json-schemas/fabric/item/report/definition/visualContainer/2.8.0/schema.json"
NOT_ROLES = {"id", "type", "at", "title", "alt", "sort", "where", "text", "heat", "backdrop", "sync", "select", "size"}
_HEAT = ("'#FFFFFF'", "'#0072B2'")


def render_visual(said: dict[str, Any], box: dict[str, float], order: int, model: Model) -> dict[str, Any]:
    """A visual of a page: what it shows, where, what it says to a reader of the screen."""
    visual = {"visualType": said["type"], **_query(said, model), **_objects(said, model)}
    visual["visualContainerObjects"] = _container(said, model)
    if sync := said.get("sync"):
        visual["syncGroup"] = {"groupName": sync, "fieldChanges": True, "filterChanges": True}
    position = {**box, "z": order * 100, "tabOrder": order * 100}
    found = {"$schema": SCHEMA, "name": said["id"], "position": position, "visual": visual}
    visual["drillFilterOtherVisuals"] = True
    if where := said.get("where"):
        filters = [chosen(f"{said['id']}_{n}", text, values, model) for n, (text, values) in enumerate(where.items())]
        found["filterConfig"] = {"filters": filters}
    return found


def _query(said: dict[str, Any], model: Model) -> dict[str, Any]:
    roles = {name: fields for name, fields in said.items() if name not in NOT_ROLES}
    if not roles:
        return {}
    state = {role: {"projections": [projection(one, model) for one in fields]} for role, fields in roles.items()}
    query: dict[str, Any] = {"queryState": state}
    if sort := said.get("sort"):
        text, direction = sort.rsplit(" ", 1)
        by = {"field": expression(text, model), "direction": direction.capitalize()}
        query["sortDefinition"] = {"sort": [by], "isDefaultSort": False}
    return {"query": query}


def _objects(said: dict[str, Any], model: Model) -> dict[str, Any]:
    objects: dict[str, Any] = {}
    if text := said.get("text"):
        style = {"fontWeight": "bold", "fontSize": said.get("size", "20pt")}
        run = {"value": text, "textStyle": style}
        objects["general"] = [{"properties": {"paragraphs": [{"textRuns": [run]}]}}]
    if said["type"] == "slicer":
        objects["data"] = [properties(mode="Between" if said.get("select") == "range" else "Dropdown")]
        objects["header"] = [properties(show=False)]
        objects["selection"] = [properties(strictSingleSelect=said.get("select") == "one")]
    if heat := said.get("heat"):
        objects["values"] = [_heat(heat, model)]
    return {"objects": objects} if objects else {}


def _heat(measure: str, model: Model) -> dict[str, Any]:
    """The lightest cell has the background's colour, the fullest that of the theme's first series."""
    low, high = ({"color": {"Literal": {"Value": colour}}} for colour in _HEAT)
    missing = {"strategy": {"Literal": {"Value": "'noColor'"}}}
    rule = {"linearGradient2": {"min": low, "max": high, "nullColoringStrategy": missing}}
    colour = {"expr": {"FillRule": {"Input": expression(measure, model), "FillRule": rule}}}
    selector = {"data": [{"dataViewWildcard": {"matchingOption": 1}}], "metadata": query_ref(measure, model)}
    return {"properties": {"backColor": {"solid": {"color": colour}}}, "selector": selector}


def _container(said: dict[str, Any], model: Model) -> dict[str, Any]:
    objects = {"general": [properties(altText=said["alt"])]}
    titled = said["type"] not in ("textbox",)
    objects["title"] = [properties(show=titled, **({"text": said["title"]} if titled else {}))]
    if backdrop := said.get("backdrop"):
        colour = {"solid": {"color": {"expr": expression(backdrop, model)}}}
        objects["background"] = [{"properties": {**properties(show=True)["properties"], "color": colour}}]
    if help_text := _help(said, model):
        objects["visualHeader"] = [properties(show=True, showTooltipButton=True)]
        objects["visualHeaderTooltip"] = [properties(text=help_text)]
    return objects


def _help(said: dict[str, Any], model: Model) -> str:
    """What the measures shown mean, in the words of dbt; behind the question mark of the visual's header."""
    shown = [one.partition(" as ")[0] for name, fields in said.items() if name not in NOT_ROLES for one in fields]
    measures, known = [one[1:-1] for one in shown if one.startswith("[")], model.measures()
    return " ".join(f"{name}: {known[name][1].description}" for name in dict.fromkeys(measures) if name in known)


def properties(**values: Any) -> dict[str, Any]:
    """Formats of an object, each a literal."""
    return {"properties": {name: {"expr": {"Literal": {"Value": literal(value)}}} for name, value in values.items()}}
