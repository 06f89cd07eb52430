"""ClickHouse's production files: who may do what, what a store manager reaches, what a cluster is told."""

import json
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree.ElementTree import Element

import pytest
import yaml
from jinja2 import StrictUndefined, Template
from stack_text import DEPLOY, compose, services, xml_root

from contracts.settings import PROJECT
from contracts.tables import DATABASES, FROZEN, RAW_TABLES, REPLACED, TRUTH
from warehouse.cluster_ddl import cluster_ddl, on_cluster

FOLDER = DEPLOY / "clickhouse"
MODELS = PROJECT / "dbt_project" / "models"
ARCHIVE = ["GRANT NAMED COLLECTION ON archive", "GRANT READ, WRITE ON S3('http://minio:9000/archive/.*')"]
POLICY = "has(splitByChar(',', getSetting('SQL_stores')), concat(source, '|', store_id))"


def _users() -> Element:
    return xml_root(FOLDER / "users.d" / "retail.xml")


def _storage() -> Element:
    return xml_root(FOLDER / "storage" / "storage.xml")


def _grants(role: str) -> list[str]:
    return [query.text or "" for query in _users().findall(f"roles/{role}/grants/query")]


def _statements() -> list[str]:
    text = re.sub(r"^--.*\n", "", (FOLDER / "store_managers.sql").read_text(), flags=re.MULTILINE)
    return [" ".join(one.split()) for one in text.split(";") if one.strip()]


def _granted() -> set[str]:
    return {found[1] for one in _statements() if (found := re.match(r"GRANT SELECT ON (\S+) TO store_manager", one))}


@pytest.mark.parametrize("file", sorted(FOLDER.rglob("*.xml")), ids=lambda file: file.name)
def test_files_are_xml_for_clickhouse(file: Path) -> None:
    """Each parses and has the root that the server merges."""
    assert xml_root(file).tag == "clickhouse"


def test_the_writer_owns_our_databases_and_no_more() -> None:
    """All of each database of contracts.tables, a backup's too; beyond them to read system tables, to end queries."""
    owned = {found[1] for one in _grants("retail_writer") if (found := re.fullmatch(r"GRANT ALL ON (\w+)\.\*", one))}
    others = [one for one in _grants("retail_writer") if not one.startswith("GRANT ALL")]
    assert owned == {*DATABASES, FROZEN, REPLACED}
    assert others == ["GRANT SELECT ON system.*", "GRANT CREATE TEMPORARY TABLE, KILL QUERY, CLUSTER ON *.*", *ARCHIVE]


def test_the_reader_reads_all_but_the_truth() -> None:
    """Only SELECT and SHOW, by database; the simulator's truth is not among them."""
    read = {re.fullmatch(r"GRANT SELECT, SHOW ON (\w+)\.\*", one)[1] for one in _grants("retail_reader")}
    assert read == set(DATABASES) - {TRUTH}


def test_nobody_reaches_files_or_the_network() -> None:
    """No role has a source: file(), url(), s3(), remote() and their like are refused by the engine. The writer alone
    has one bucket, that of the archive.
    """
    sources = r"\b(FILE|URL|S3|REMOTE|HDFS|MYSQL|POSTGRES|MONGO|JDBC|ODBC|AZURE|SOURCES|READ|WRITE)\b"
    assert _storage().findtext("named_collections/archive/url") == ARCHIVE[1].split("'")[1].removesuffix(".*")
    writer = [one for one in _grants("retail_writer") if one not in ARCHIVE]
    said = " ".join([*writer, *_grants("retail_reader"), *_statements()])
    assert not re.search(sources, said)


def test_users_have_no_password_here_and_default_is_gone() -> None:
    """Hashes are in a secret; the user that everybody knows does not exist; admin is let in from the machine only."""
    users = _users().find("users")
    assert users is not None and users.find("default").get("remove") == "remove"
    assert {user.tag for user in users} - {"default"} == {"retail", "reader", "admin"}
    assert not [one.tag for one in _users().iter() if "password" in one.tag]
    assert {ip.text for ip in users.findall("admin/networks/ip")} == {"127.0.0.1", "::1"}
    assert not [user.tag for user in users if user.tag != "admin" and user.find("access_management") is not None]
    for user in users:
        for kind in ("profile", "quota"):
            if (said := user.find(kind)) is not None:
                assert _users().find(f"{kind}s/{said.text}") is not None


def test_a_reader_cannot_lift_his_limits() -> None:
    """Time and memory have an upper end that a query's own settings cannot pass, nought (no limit) included."""
    profile = _users().find("profiles/readers")
    for name in ("max_execution_time", "max_memory_usage"):
        limits = profile.find(f"constraints/{name}")
        assert limits.find("min").text == "1" and limits.find("max").text == profile.find(name).text


def test_compose_mounts_what_the_server_reads() -> None:
    """Configuration, users and hashes lie where the package's configuration merges them from."""
    service = services()["clickhouse"]
    targets = {mount.split(":")[1] for mount in service["volumes"]} | {service["secrets"][0]["target"]}
    assert {
        "/etc/clickhouse-server/config.d/retail.xml",
        "/etc/clickhouse-server/users.d/retail.xml",
        "/etc/clickhouse-server/users.d/passwords.xml",
    } <= targets
    config = xml_root(FOLDER / "config.d" / "retail.xml")
    assert f":{config.find('http_port').text}" in service["ports"][0]
    assert f"clickhouse:{config.find('prometheus/port').text}" in (DEPLOY / "prometheus" / "prometheus.yml").read_text()
    assert compose()["secrets"]["clickhouse_users"]["file"].endswith("clickhouse_users.xml")


def test_a_managers_setting_can_be_set() -> None:
    """The server knows settings of the policies' prefix."""
    config = xml_root(FOLDER / "config.d" / "retail.xml")
    assert config.find("custom_settings_prefixes").text == "SQL_" and "getSetting('SQL_stores')" in POLICY


@lru_cache
def _columns(table: str) -> set[str]:
    database, name = table.split(".")
    (file,) = MODELS.glob(f"{database}/**/{name}.yml")
    (model,) = yaml.safe_load(file.read_text())["models"]
    return {column["name"] for column in model["columns"]}


def test_every_table_with_a_store_has_a_policy() -> None:
    """What a manager may read below the views shows own stores only; what has no policy has no store in it."""
    tables = {name for name in _granted() if not name.startswith("reporting.")}
    form = r"CREATE ROW POLICY OR REPLACE own_stores ON (.+) FOR SELECT USING (.*) TO store_manager"
    (one,) = [one for one in _statements() if "ROW POLICY" in one]
    listed, condition = re.fullmatch(form, one).groups()
    policies = set(listed.split(", "))
    assert condition == POLICY
    assert {name for name in tables if "store_id" in _columns(name)} == policies
    assert all({"source", "store_id"} <= _columns(name) for name in policies)
    others = set().union(*(_columns(name) for name in tables - policies))
    assert not {column for column in others if re.search(r"store|location|place", column)}


def test_a_manager_may_read_what_his_views_read_and_no_more() -> None:
    """The tables granted are those that the granted views name, found in their SQL; each is a table, not a view."""
    views = {name for name in _granted() if name.startswith("reporting.")}
    named: set[str] = set()
    for view in views:
        (file,) = MODELS.glob(f"reporting/**/{view.removeprefix('reporting.')}.sql")
        named |= set(re.findall(r"ref\('(\w+)'\)", file.read_text()))
    tables = {name.split(".")[1]: name.split(".")[0] for name in _granted() - views}
    assert named == set(tables) and len(views) == 6
    for name, database in tables.items():
        (file,) = MODELS.glob(f"{database}/**/{name}.sql")
        assert "materialized='view'" not in file.read_text()
    assert set(tables.values()) == {"core", "kpi"}  # whose models are tables unless they say otherwise


def test_reporting_views_read_as_whoever_asks() -> None:
    """No model and no layer says DEFINER, which would read past the policies."""
    texts = [file.read_text() for file in (*MODELS.rglob("*.sql"), PROJECT / "dbt_project" / "dbt_project.yml")]
    assert not [text[:80] for text in texts if re.search(r"sql_security|definer", text, re.IGNORECASE)]


def test_ddl_of_a_cluster() -> None:
    """Tables are made on all replicas and replicated; a retried insert is known again by the replicated window."""
    statements = cluster_ddl("retail")
    assert all("ON CLUSTER `retail`" in one for one in statements)
    tables = [one for one in statements if one.startswith("CREATE TABLE")]
    assert all(re.search(r"^ENGINE = Replicated(Replacing)?MergeTree", one, re.MULTILINE) for one in tables)
    raw = [one for one in tables if any(name in one for name in RAW_TABLES.values())]
    assert len(raw) == 3 and all("SETTINGS replicated_deduplication_window = 1000" in one for one in raw)
    assert not any("non_replicated" in one for one in statements)


def test_compose_has_the_tiers_and_the_archive() -> None:
    """The policy and the collection that the settings name are those of the mounted file, whose buckets are made."""
    places = services()["warehouse-init"]["environment"]
    assert _storage().find(f"storage_configuration/policies/{places['CLICKHOUSE_STORAGE_POLICY']}") is not None
    collection, buckets = places["RETAIL_ARCHIVE"].split("/")[2], (DEPLOY / "minio" / "make_bucket.sh").read_text()
    urls = {_storage().findtext(f"named_collections/{collection}/url")}
    urls |= {disk.findtext("endpoint") for disk in _storage().find("storage_configuration/disks")}
    assert all(f"store/{url.split('/')[3]}" in buckets for url in urls)
    policy = json.loads((DEPLOY / "minio" / "warehouse_policy.json").read_text())["Statement"]
    reached = {name.split(":::")[1] for one in policy for name in one["Resource"]}
    assert reached == {f"{url.split('/')[3]}{rest}" for url in urls for rest in ("", "/*")}
    assert any(mount.startswith("./deploy/clickhouse/storage/") for mount in services()["clickhouse"]["volumes"])


@pytest.mark.parametrize(
    ("cluster", "engine", "clause"),
    [
        ("", "MergeTree()", "engine = MergeTree()"),
        ("retail", "MergeTree()", "engine = ReplicatedMergeTree()"),
        ("retail", "ReplacingMergeTree(v)", "engine = ReplicatedReplacingMergeTree(v)"),
        ("retail", "Null", "engine = Null"),
        ("retail", "ReplicatedMergeTree()", "engine = ReplicatedMergeTree()"),
    ],
)
def test_engines_of_dbts_tables(cluster: str, engine: str, clause: str) -> None:
    """A model's engine becomes its replicated kind on a cluster, and stays what it is without one."""
    said = _macros(cluster, engine)
    assert said.engine_clause().strip() == clause
    assert said.on_cluster() == ("on cluster `retail`" if cluster else "")


def _macros(cluster: str, engine: str) -> Any:
    """The macros of dbt_project/macros/cluster.sql with dbt's words for a model of that engine."""
    text = (PROJECT / "dbt_project" / "macros" / "cluster.sql").read_text()
    words = {
        "env_var": lambda _name, default: cluster or default,
        "config": SimpleNamespace(get=lambda _name, default: engine or default),
    }
    return Template(text, undefined=StrictUndefined).make_module(words)


def test_only_our_statements_are_spread() -> None:
    """Anything but a CREATE of ours is refused rather than run on one server."""
    assert on_cluster("CREATE DATABASE IF NOT EXISTS raw", "c") == "CREATE DATABASE IF NOT EXISTS raw ON CLUSTER `c`"
    with pytest.raises(ValueError, match="no CREATE of ours"):
        on_cluster("DROP TABLE raw.x", "c")


_ASK = """
import json, sys, chdb
asked = json.load(sys.stdin)
session = chdb.connect(':memory:')
for one in asked["parsed"]:
    session.query("EXPLAIN AST " + one)
session.query("CREATE TABLE t (source String, store_id LowCardinality(String)) ENGINE = Memory")
session.query("INSERT INTO t VALUES ('acme', 'S001'), ('acme', 'S002'), ('other', 'S001'), ('acme', 'S0011')")
for setting in asked["settings"]:
    condition = asked["policy"].replace("getSetting('SQL_stores')", "'" + setting + "'")
    sql = f"SELECT concat(source, '|', store_id) FROM t WHERE {condition} ORDER BY 1 FORMAT TSV"
    print(json.dumps(str(session.query(sql)).split()))
"""


@lru_cache
def _engine_says() -> list[list[str]]:
    """The real engine reads every statement of the cluster's and of the managers' files, and answers as the policy."""
    asked = {
        "parsed": [*cluster_ddl("retail"), *_statements()],
        "settings": ["acme|S001", "acme|S001,other|S001", ""],
        "policy": POLICY,
    }
    command = [sys.executable, "-c", _ASK]
    result = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stderr[-2000:]
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_engine_reads_every_statement() -> None:
    """Its parser takes the DDL of the cluster and the rules of the managers."""
    assert _engine_says()


def test_the_policy_shows_own_stores_only() -> None:
    """One store, two of two sources, none; a store whose number begins alike stays hidden."""
    assert _engine_says() == [["acme|S001"], ["acme|S001", "other|S001"], []]
