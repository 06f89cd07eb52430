"""Content types of ClickHouse's output formats, as its HTTP handler announces them."""

_PLAIN = "text/plain; charset=UTF-8"
_TYPES = {
    "tabseparated": "text/tab-separated-values; charset=UTF-8",
    "tsv": "text/tab-separated-values; charset=UTF-8",
    "csv": "text/csv; charset=UTF-8; header=absent",
    "customseparated": _PLAIN,
    "json": "application/json; charset=UTF-8",
    "xml": "application/xml; charset=UTF-8",
    "html": "text/html; charset=UTF-8",
    "markdown": "text/markdown; charset=UTF-8",
    "native": "application/octet-stream",
    "rowbinary": "application/octet-stream",
    "arrow": "application/octet-stream",
    "parquet": "application/octet-stream",
    "orc": "application/octet-stream",
    "avro": "application/octet-stream",
    "msgpack": "application/octet-stream",
    "protobuf": "application/octet-stream",
    "bson": "application/octet-stream",
    "npy": "application/octet-stream",
}


def content_type(format_name: str) -> str:
    """The content type of a format's output."""
    name = format_name.lower()
    if name.startswith(("csvwithnames",)):
        return "text/csv; charset=UTF-8; header=present"
    if ("eachrow" in name and name.startswith("json")) or name == "jsonlines":
        return "application/x-ndjson; charset=UTF-8"
    prefix = max((known for known in _TYPES if name.startswith(known)), key=len, default="")
    return _TYPES.get(prefix, _PLAIN)
