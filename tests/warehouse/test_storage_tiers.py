"""Old parts of raw go to the cold volume, in the real engine with two folders for disks."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from contracts.events import SALES
from contracts.settings import PROJECT
from contracts.tables import RAW_TABLES
from warehouse.raw_tables import raw_table
from warehouse.storage_tiers import COLD, tier_statements

STORAGE = PROJECT / "deploy" / "clickhouse" / "storage" / "storage.xml"
# An engine of its own: a process has one, with the configuration it was opened with.
PROGRAM = """
import json, sys, time
import chdb
connection = chdb.connect(f"file:{sys.argv[1]}/data?config-file={sys.argv[1]}/config.xml")
for statement in json.loads(sys.stdin.read()):
    connection.query(statement)
query = "SELECT partition, disk_name FROM system.parts WHERE active AND database = 'raw' ORDER BY ALL FORMAT TSV"
deadline = time.monotonic() + 60
while "cold" not in (said := str(connection.query(query))) and time.monotonic() < deadline:
    time.sleep(0.2)
query = "SELECT engine_full FROM system.tables WHERE database = 'raw'"
print(json.dumps([said, str(connection.query(query, "TSVRaw"))]))
"""
USERS = """<clickhouse><profiles><default/></profiles><quotas><default/></quotas><users><default><password></password>
<networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota></default></users></clickhouse>"""


def _configured(folder: Path) -> None:
    """The production file, its object storage a folder."""
    config = ElementTree.parse(STORAGE).getroot()  # noqa: S314 - it is the project's own
    disk = config.find("storage_configuration/disks/cold")
    assert disk is not None and disk.findtext("type") == "s3"
    disk.clear()
    ElementTree.SubElement(disk, "type").text = "local"
    ElementTree.SubElement(disk, "path").text = f"{folder}/cold/"
    ElementTree.SubElement(config, "users_config").text = f"{folder}/users.xml"
    ElementTree.ElementTree(config).write(folder / "config.xml")
    (folder / "users.xml").write_text(USERS)


def test_old_parts_go_to_the_cold_volume(tmp_path: Path) -> None:
    """A table that began without a policy gets it; a month of last year moves, what is new stays on its disk."""
    _configured(tmp_path)
    table = RAW_TABLES[SALES]
    alters = tier_statements(table, "tiered", 90)
    insert = f"INSERT INTO {table} (_topic, _offset, _kafka_timestamp, payload) VALUES"
    statements = [
        *("CREATE DATABASE raw", raw_table(SALES)),
        f"{insert} ('{SALES}', 1, '2025-01-01 00:00:00', '')",
        f"{insert} ('{SALES}', 2, now64(3), '')",
        *alters.values(),
    ]
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        input=json.dumps(statements),
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert result.returncode == 0, result.stderr
    parts, engine = json.loads(result.stdout)
    old, new = (line.split("\t") for line in parts.splitlines())
    assert (old, new[1]) == (["202501", COLD], "default")
    assert all(there in engine for there in alters)


def test_on_a_cluster_each_replica_gets_the_setting() -> None:
    """A setting is not replicated; a TTL is, and is said once."""
    setting, move = tier_statements("raw.t", "tiered", 90, "retail").values()
    assert "ON CLUSTER `retail` MODIFY SETTING" in setting and "CLUSTER" not in move
