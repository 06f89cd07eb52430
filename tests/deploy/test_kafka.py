"""The settings of a secured Kafka: complete, known to Kafka, and without a password."""

import re
import zipfile
from pathlib import Path

import pytest
from stack_text import DEPLOY, properties

from contracts.events import TOPICS
from contracts.kafka_login import MECHANISM
from contracts.settings import PROJECT, load_settings
from local_stack.jars import locked_jars

FOLDER = DEPLOY / "kafka"
BROKER = properties(FOLDER / "server.properties")


def test_every_door_is_encrypted_and_asks_who_it_is() -> None:
    """SASL over TLS for programs and brokers, certificates for controllers; nothing in plain text."""
    protocols = dict(one.split(":") for one in BROKER["listener.security.protocol.map"].split(","))
    listened = {one.split("://")[0] for one in BROKER["listeners"].split(",")}
    assert protocols == {"EXTERNAL": "SASL_SSL", "INTERNAL": "SASL_SSL", "CONTROLLER": "SSL"}
    assert listened == set(protocols)
    assert BROKER["listener.name.controller.ssl.client.auth"] == "required"
    assert BROKER["ssl.endpoint.identification.algorithm"] == "https"
    assert BROKER["sasl.enabled.mechanisms"] == MECHANISM == BROKER["sasl.mechanism.inter.broker.protocol"]


def test_what_nobody_allows_is_refused() -> None:
    """There is an authoriser, and no rule means no."""
    assert BROKER["authorizer.class.name"].endswith("StandardAuthorizer")
    assert BROKER["allow.everyone.if.no.acl.found"] == "false"


def test_one_broker_of_three_may_be_gone() -> None:
    """Three copies, two of which must have a message before it is acknowledged, everywhere."""
    assert len(BROKER["controller.quorum.voters"].split(",")) == 3
    for name, value in BROKER.items():
        if name.endswith("replication.factor"):
            assert value == "3", name
        if name.endswith((".min.isr", "min.insync.replicas")):
            assert value == "2", name
    assert BROKER["unclean.leader.election.enable"] == "false" == BROKER["auto.create.topics.enable"]


def test_passwords_are_the_environments() -> None:
    """Each password of the files is read from a variable."""
    text = (FOLDER / "server.properties").read_text() + (FOLDER / "acls.sh").read_text()
    said = re.findall(r"password=\"?([^\s\";\]]+)", text)
    assert said and all(one.startswith(("${env:", "$2")) for one in said)


def test_rules_name_our_topics() -> None:
    """Every topic of the contract, and no other."""
    named = set(re.findall(r"--topic (\w+)", (FOLDER / "acls.sh").read_text()))
    assert named == set(TOPICS)


def test_kafka_knows_every_property() -> None:
    """The broker's own archives hold each name, but for the name of a listener or a provider that it begins with."""
    known = _words_of_kafka()
    for name in BROKER:
        bare = re.sub(r"^listener\.name\.\w+\.(scram-sha-512\.)?|\.env\.class$", "", name)
        assert bare.encode() in known or _joined(bare, known), name


def _words_of_kafka() -> bytes:
    """Classes of configuration and authorisation, as bytes. Skips where the archives are not here."""
    jars = [jar.file for jar in locked_jars() if jar.group == "kafka"]
    for folder in (load_settings().jars, PROJECT / ".retail" / "jars"):
        if all((folder / jar).is_file() for jar in jars):
            return b"".join(_constants(folder / jar) for jar in jars if "kafka" in Path(jar).name)
    pytest.skip("Kafka's archives are not here: bring them with ./retail up")


def _constants(jar: Path) -> bytes:
    with zipfile.ZipFile(jar) as held:
        wanted = [name for name in held.namelist() if re.search(r"(Config|Authorizer)[\w$]*\.class$", name)]
        return b"".join(held.read(name) for name in wanted)


def _joined(name: str, known: bytes) -> bool:
    """Whether the name is put together of a prefix and a rest (`log.` + `segment.bytes`), as some are in Kafka."""
    prefix, _, rest = name.partition(".")
    return f"{prefix}.".encode() in known and rest.encode() in known
