"""Takes a customer out of every table: what remains says what was sold, and not to whom.

The list comes first, so that nothing that lands from then on brings the person back. Raw keeps each message in its
place, because landing knows by its offset that it has landed. Called again after whatever broke it off, it goes on.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from clickhouse_connect.driver.client import Client

from contracts.fields import sql_literal
from contracts.persons import CUSTOMER_ID, ERASED, EXPIRED, Person, without_person
from contracts.tables import RAW_TABLES, WITH_ARCHIVE
from warehouse.archive_tables import ArchivedFile, rows_of
from warehouse.archived import archived_files
from warehouse.archiving import RawPartition, archive_partition
from warehouse.erasure_list import ErasureList, write_down
from warehouse.raw_tables import derived_columns, fields
from warehouse.restoring import restore_month
from warehouse.tables_of_persons import free_table, rows_of_person, tables_of_persons

MESSAGES_AT_ONCE = 500
_WAIT = {"mutations_sync": 2, "max_query_size": 64 << 20}
# What cannot be read is about somebody if it gives the id as a customer's. Ids are bound, so that no log has them.
_UNREADABLE = r"""(?i)customer_?id["'\s:=]{1,8}"""


def traces(client: Client, person: Person) -> dict[str, int]:
    """Messages and rows about a customer, by table; models are told apart from what they are made of by their names."""
    found = {WITH_ARCHIVE[topic]: _count(client, WITH_ARCHIVE[topic], _about(topic), person) for topic in RAW_TABLES}
    found |= {table.name: rows_of_person(client, table, person) for table in tables_of_persons(client)}
    return {table: rows for table, rows in found.items() if rows}


def erase(client: Client, person: Person, salt: str, cluster: str = "") -> dict[str, int]:
    """Rows that were changed or deleted, by table. Models that sum over customers want a build afterwards."""
    mark, counts = person.mark(salt), Counter[str]()
    write_down(client, mark, {})
    names = _names(client, person)
    away = list(_brought_back(client, person, cluster))
    for topic, table in RAW_TABLES.items():
        counts[table] += _free_messages(client, topic, person, names)
    for one in away:
        archive_partition(client, RawPartition(one.topic, one.month), one.store, cluster)
    for table in tables_of_persons(client):
        counts[table.name] += free_table(client, table, person)
    changed = {table: rows for table, rows in counts.items() if rows}
    write_down(client, mark, changed)
    return changed


def back_again(client: Client, erased: ErasureList) -> list[Person]:
    """Whom raw or the archive names although they were erased."""
    return [person for person in customers(client) if erased.has(person)] if erased.marks() else []


def expire_quarantine(client: Client, before: datetime) -> int:
    """Take the text out of messages that broke a rule and arrived before that instant; gives how many."""
    old = f"_error != '' AND _kafka_timestamp < toDateTime64({before.timestamp():.0f}, 3)"
    text, expired = sql_literal(EXPIRED.decode()), 0
    for topic, table in RAW_TABLES.items():
        left = f"{old} AND payload NOT IN ({text}, {sql_literal(ERASED.decode())})"
        if rows := int(client.command(f"SELECT count() FROM {table} WHERE {left}")):
            for values in _steps(topic, text):
                client.command(f"ALTER TABLE {table} UPDATE {_set(values)} WHERE {old}", settings=_WAIT)
            expired += rows
    return expired


def customers(client: Client) -> Iterator[Person]:
    """Everybody whom raw or the archive names."""
    selects = [
        f"SELECT toString(source), assumeNotNull({CUSTOMER_ID}) FROM {table} WHERE isNotNull({CUSTOMER_ID})"
        for topic, table in WITH_ARCHIVE.items()
        if CUSTOMER_ID in fields(topic)
    ]
    yield from (Person(*row) for row in client.query(" UNION DISTINCT ".join(selects)).result_rows)


def _about(topic: str) -> str:
    """The condition that a message of the topic is about the bound person."""
    unread = f"match(payload, concat({sql_literal(_UNREADABLE)}, regexpQuoteMeta({{id:String}}), '($|[^\\\\w-])'))"
    if CUSTOMER_ID not in fields(topic):
        return f"(_error != '' AND {unread})"
    named = f"ifNull({CUSTOMER_ID} = {{id:String}}, false) AND source IN ({{source:String}}, '')"
    return f"({named} OR _error != '' AND isNull({CUSTOMER_ID}) AND {unread})"


def _names(client: Client, person: Person) -> frozenset[str]:
    """What the catalogue calls the person."""
    (topic,) = [topic for topic in RAW_TABLES if "customer_name" in fields(topic)]
    rows = client.query(
        f"SELECT DISTINCT arrayJoin([customer_name, email]) FROM {WITH_ARCHIVE[topic]}"
        f" WHERE {CUSTOMER_ID} = {{id:String}} AND source = {{source:String}}",
        _bound(person),
    ).result_rows
    return frozenset({person.customer_id, *(name for (name,) in rows if name)})


def _brought_back(client: Client, person: Person, cluster: str) -> Iterator[ArchivedFile]:
    for one in archived_files(client):
        if _count(client, rows_of(one), _about(one.topic), person):
            restore_month(client, one.month, one.topic, cluster)
            yield one


def _free_messages(client: Client, topic: str, person: Person, names: frozenset[str]) -> int:
    """Put the messages about a person without the person in their places; gives how many."""
    rows = client.query_arrow(
        f"SELECT _partition, _offset, payload FROM {RAW_TABLES[topic]} WHERE {_about(topic)} ORDER BY ALL",
        _bound(person),
        use_strings=False,
    )
    places = list(zip(*(rows.column(name).to_pylist() for name in ("_partition", "_offset")), strict=True))
    kept = [without_person(payload, names).decode() for payload in rows.column("payload").to_pylist()]
    for first in range(0, len(places), MESSAGES_AT_ONCE):
        last = first + MESSAGES_AT_ONCE
        for statement in _replacement(topic, places[first:last], kept[first:last]):
            client.command(statement, settings=_WAIT)
    return len(places)


def _replacement(topic: str, places: list[tuple[int, int]], payloads: list[str]) -> list[str]:
    """ALTERs that put payloads in places and read all else out of them again; they name no person.

    One after the other, because an UPDATE reads what was there before it. Until the last the message is still found.
    """
    there = f"(_partition, _offset) IN ({', '.join(map(str, places))})"
    keys = ", ".join(f"'{partition}:{offset}'" for partition, offset in places)
    texts = ", ".join(map(sql_literal, payloads))
    new = f"[{texts}][indexOf([{keys}], concat(toString(_partition), ':', toString(_offset)))]"
    return [f"ALTER TABLE {RAW_TABLES[topic]} UPDATE {_set(values)} WHERE {there}" for values in _steps(topic, new)]


def _steps(topic: str, payload: str) -> list[dict[str, str]]:
    """Values by column: the payload, its tuple, then what is read out of the tuple."""
    derived = {name: value for name, (_, value) in derived_columns(topic).items()}
    return [{"payload": payload}, {"_text": derived.pop("_text")}, derived]


def _set(values: dict[str, str]) -> str:
    return ", ".join(f"`{name}` = {value}" for name, value in values.items())


def _count(client: Client, table: str, condition: str, person: Person) -> int:
    query = f"SELECT count() FROM {table} WHERE {condition}"
    return int(client.query(query, _bound(person)).result_rows[0][0])


def _bound(person: Person) -> dict[str, str]:
    return {"id": person.customer_id, "source": person.source}
