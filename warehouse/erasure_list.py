"""Who was erased, as marks that only the salt can make: what lands later is freed of them, whatever brings it back."""

import json
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc
from clickhouse_connect.driver.client import Client

from contracts.persons import Person, without_person
from contracts.problems import Problem
from contracts.tables import ERASURES

_FRESH_S = 60
_CUSTOMER = r'"customer_id"\s*:\s*(?:"(?P<id>(?:[^"\\]|\\.)*)"|(?P<number>[0-9.eE+-]+))'
_SOURCE = r'"source"\s*:\s*"(?P<source>(?:[^"\\]|\\.)*)"'


class ErasureList:
    """The list as one program sees it: read once a minute."""

    def __init__(self, client: Client, salt: str) -> None:
        self._client, self._salt = client, salt
        self._marks: frozenset[str] = frozenset()
        self._asked = float("-inf")

    def marks(self) -> frozenset[str]:
        """Marks of everybody who was erased. Raises Problem where somebody was and there is no salt."""
        if time.monotonic() - self._asked > _FRESH_S:
            rows = self._client.query(f"SELECT DISTINCT person FROM {ERASURES}").result_rows
            self._marks, self._asked = frozenset(mark for (mark,) in rows), time.monotonic()
        if self._marks and not self._salt:
            raise Problem("Customers were erased, and RETAIL_ERASURE_SALT, which knows them, is not set.", "Set it.")
        return self._marks

    def has(self, person: Person) -> bool:
        """Whether this customer was erased."""
        return person.mark(self._salt) in self.marks()

    def free(self, payloads: pa.Array) -> pa.Array:
        """The payloads (binary) with everybody on the list taken out; most batches come back as they are."""
        if not self.marks():
            return payloads
        told = pa.table({"id": _customers(payloads), "source": _found(payloads, _SOURCE, "source")})
        erased = self._erased(told)
        if not erased:
            return payloads
        texts = [json.dumps(list(pair)) for pair in zip(*told.to_pydict().values(), strict=True)]
        kept = [
            without_person(payload, frozenset(_unquoted(json.loads(text)[:1]))) if text in erased else payload
            for text, payload in zip(texts, payloads.to_pylist(), strict=True)
        ]
        return pa.array(kept, payloads.type)

    def _erased(self, told: pa.Table) -> set[str]:
        """Pairs of id and source, as the payloads spell them, that stand for somebody who was erased."""
        pairs = told.group_by(["id", "source"]).aggregate([]).to_pylist()
        return {
            json.dumps([pair["id"], pair["source"]])
            for pair in pairs
            if pair["id"] is not None and self.has(Person(*reversed(_unquoted([pair["id"], pair["source"] or ""]))))
        }


def _customers(payloads: pa.Array) -> pa.Array:
    found = pc.extract_regex(payloads, pattern=_CUSTOMER)
    said, number = (pc.struct_field(found, name) for name in ("id", "number"))
    return pc.if_else(pc.equal(pc.binary_length(number), 0), said, number).cast(pa.string())


def _found(payloads: pa.Array, pattern: str, name: str) -> pa.Array:
    return pc.struct_field(pc.extract_regex(payloads, pattern=pattern), name).cast(pa.string())


def _unquoted(texts: list[str]) -> list[str]:
    return [json.loads(f'"{text}"') for text in texts]


def write_down(client: Client, mark: str, counts: Mapping[str, int]) -> None:
    """One row per person: when, and how many rows of each table, those of earlier times included."""
    query = f"SELECT rows_by_table FROM {ERASURES} FINAL WHERE person = {{mark:String}}"
    before = [json.loads(text) for (text,) in client.query(query, {"mark": mark}).result_rows]
    total = sum(map(Counter, [*before, counts]), Counter[str]())
    row = [mark, datetime.now(UTC), json.dumps(total, sort_keys=True)]
    client.insert(ERASURES, [row], column_names=["person", "erased_at", "rows_by_table"])
