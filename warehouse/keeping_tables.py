"""What is kept where: tables of `monitoring` about the archive."""

from contracts.tables import ARCHIVED_PARTITIONS
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
}
