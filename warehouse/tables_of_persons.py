"""Tables beside raw that know customers, found by their columns, whoever made them: dbt, a job, a developer."""

from dataclasses import dataclass

from clickhouse_connect.driver.client import Client

from contracts.persons import CUSTOMER_ID, Person
from contracts.tables import RAW

CUSTOMER_KEY = "customer_key"
_OTHERS = (RAW, "system", "information_schema", "INFORMATION_SCHEMA")
_SAYS_WHO = ("customer_name", "email")


@dataclass(frozen=True)
class TableOfPersons:
    """A table with a customer's id or key. `nullable` and `keys` are columns that may be NULL, and that rows lie by."""

    name: str
    columns: frozenset[str]
    nullable: frozenset[str]
    keys: frozenset[str]

    @property
    def is_about_customers(self) -> bool:
        """Whether a row says who somebody is; else it says what happened, and that somebody was there."""
        if any(column in self.columns for column in _SAYS_WHO) or self.keys & {CUSTOMER_ID, CUSTOMER_KEY}:
            return True
        return CUSTOMER_ID in self.columns and CUSTOMER_ID not in self.nullable

    def where(self, person: Person) -> tuple[str, tuple[str, ...]]:
        """A condition on rows of the person with one `{}` for a hash, and what is hashed: no statement has the id."""
        if CUSTOMER_ID not in self.columns:
            return "customer_key = reinterpretAsInt64(toUInt64({}))", (person.source, person.customer_id)
        if "source" in self.columns:
            return "cityHash64(source, ifNull(customer_id, '')) = {}", (person.source, person.customer_id)
        return "cityHash64(ifNull(customer_id, '')) = {}", (person.customer_id,)

    def alter(self, condition: str) -> str:
        """ALTER that takes the person out: rows about customers go, rows about sales stay and lose the customer."""
        if self.is_about_customers:
            return f"ALTER TABLE {self.name} DELETE WHERE {condition}"
        values = {CUSTOMER_ID: "NULL", CUSTOMER_KEY: "0"}
        # The next build states such days again: a ticket may name another customer as well.
        values |= {"_rows_key": "0"}
        said = ", ".join(f"{name} = {value}" for name, value in values.items() if name in self.columns)
        return f"ALTER TABLE {self.name} UPDATE {said} WHERE {condition}"


def tables_of_persons(client: Client) -> list[TableOfPersons]:
    """Every table, by name; views follow what they read."""
    rows = client.query(
        "SELECT database || '.' || table, groupArray(name), groupArrayIf(name, type LIKE '%Nullable(%'),"
        " groupArrayIf(name, is_in_sorting_key) FROM system.columns"
        " WHERE database NOT IN {others:Array(String)} AND (database, table) IN"
        " (SELECT database, name FROM system.tables WHERE engine LIKE '%MergeTree')"
        " GROUP BY database, table HAVING hasAny(groupArray(name), {wanted:Array(String)}) ORDER BY 1",
        {"others": list(_OTHERS), "wanted": [CUSTOMER_ID, CUSTOMER_KEY]},
    ).result_rows
    return [TableOfPersons(name, *map(frozenset, columns)) for name, *columns in rows]


def rows_of_person(client: Client, table: TableOfPersons, person: Person) -> int:
    """How many rows of the table know the person."""
    return int(client.command(f"SELECT count() FROM {table.name} WHERE {_condition(client, table, person)}"))


def free_table(client: Client, table: TableOfPersons, person: Person) -> int:
    """Take the person out of the table; gives how many rows knew him."""
    rows = rows_of_person(client, table, person)
    if rows:
        client.command(table.alter(_condition(client, table, person)), settings={"mutations_sync": 2})
    return rows


def _condition(client: Client, table: TableOfPersons, person: Person) -> str:
    condition, said = table.where(person)
    names = [f"text_{number}" for number in range(len(said))]
    hashed = f"SELECT cityHash64({', '.join(f'{{{name}:String}}' for name in names)})"
    return condition.format(client.query(hashed, dict(zip(names, said, strict=True))).result_rows[0][0])
