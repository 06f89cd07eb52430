"""What is kept where: tables of `monitoring` about the archive and about who was erased."""

from contracts.tables import ARCHIVED_PARTITIONS, ERASURES
from warehouse.written_tables import WrittenTable

_WORD = "LowCardinality(String)"
_INSTANT = "DateTime64(3, 'UTC')"

KEEPING_TABLES: dict[str, WrittenTable] = {
    # One row per file of the archive; the newest says what became of it.
    ARCHIVED_PARTITIONS: WrittenTable(
        {
            "topic": _WORD,
            "month": "String",  # of arrival, as 202501
            "file": "String",  # the instant at which it was written
            "store": "String",  # a folder, or s3://COLLECTION/PREFIX
            "state": _WORD,  # moving, archived, restored
            "rows": "UInt64",
            "content": "UInt64",  # checksum of what landed
            "bytes": "UInt64",  # checksum of the file
            "contract": "String",  # what the columns were made by
            "changed_at": _INSTANT,
        },
        ("topic", "month", "file"),
        "changed_at",
    ),
    # One row per erased customer. Nothing in it leads back to anybody without the salt; who asked is not kept.
    ERASURES: WrittenTable(
        {
            "person": "String",  # HMAC of source and customer id
            "erased_at": _INSTANT,
            "rows_by_table": "String",  # JSON: how many rows of which table were changed or deleted
        },
        ("person",),
        "erased_at",
    ),
}
