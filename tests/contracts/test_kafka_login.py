"""What each of the three client libraries is told, by Kafka's own documentation of each."""

from contracts import kafka_login
from contracts.settings import Settings

PLAIN = Settings(_env_file=None, kafka_host="broker", kafka_port=9092)
SECURE = Settings(
    _env_file=None,
    kafka_host="broker",
    kafka_port=9092,
    kafka_security="SASL_SSL",
    kafka_user="retail",
    kafka_password='a"b\\c',
    kafka_ca="/ca.pem",
)


def test_without_security_only_the_address_is_told() -> None:
    """The laptop's clients are told what they always were."""
    assert kafka_login.librdkafka(PLAIN) == {"bootstrap.servers": "broker:9092"}
    assert kafka_login.kafka_python(PLAIN) == {"bootstrap_servers": "broker:9092"}
    assert kafka_login.spark(PLAIN) == {"kafka.bootstrap.servers": "broker:9092"}


def test_librdkafka() -> None:
    """Name, password and authority by librdkafka's names."""
    assert kafka_login.librdkafka(SECURE) == {
        "bootstrap.servers": "broker:9092",
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "retail",
        "sasl.password": 'a"b\\c',
        "ssl.ca.location": "/ca.pem",
    }


def test_kafka_python() -> None:
    """Name, password and authority by kafka-python's names."""
    assert kafka_login.kafka_python(SECURE) == {
        "bootstrap_servers": "broker:9092",
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "retail",
        "sasl_plain_password": 'a"b\\c',
        "ssl_cafile": "/ca.pem",
    }


def test_spark() -> None:
    """Java's names behind `kafka.`; quotes and backslashes of a password are escaped in the JAAS line."""
    assert kafka_login.spark(SECURE) == {
        "kafka.bootstrap.servers": "broker:9092",
        "kafka.security.protocol": "SASL_SSL",
        "kafka.sasl.mechanism": "SCRAM-SHA-512",
        "kafka.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required "
        'username="retail" password="a\\"b\\\\c";',
        "kafka.ssl.truststore.type": "PEM",
        "kafka.ssl.truststore.location": "/ca.pem",
    }


def test_encryption_alone_needs_no_name() -> None:
    """SSL without SASL: no user, no password; without an authority of one's own none is named."""
    only = SECURE.model_copy(update={"kafka_security": "SSL", "kafka_ca": ""})
    assert kafka_login.librdkafka(only) == {"bootstrap.servers": "broker:9092", "security.protocol": "SSL"}


def test_libraries_know_their_options() -> None:
    """librdkafka and kafka-python refuse options that they do not know; neither refuses these."""
    from confluent_kafka import Producer
    from kafka.producer.kafka import KafkaProducer

    options = kafka_login.librdkafka(SECURE.model_copy(update={"kafka_ca": ""}))
    Producer({**options, "log_level": 0}).flush(0)
    assert set(kafka_login.kafka_python(SECURE)) <= set(KafkaProducer.DEFAULT_CONFIG)
