"""How a client of Kafka says who it is, in the words of each of the three client libraries.

All take KAFKA_SECURITY, KAFKA_USER, KAFKA_PASSWORD and KAFKA_CA; the mechanism of SASL is SCRAM-SHA-512. Without
security a client is told the brokers' address only, as on the laptop.
"""

from contracts.settings import Settings

MECHANISM = "SCRAM-SHA-512"


def librdkafka(settings: Settings) -> dict[str, str]:
    """Options of confluent-kafka's clients, the brokers' address among them."""
    options = {"bootstrap.servers": settings.kafka_bootstrap}
    if settings.kafka_security == "PLAINTEXT":
        return options
    options["security.protocol"] = settings.kafka_security
    if _has_sasl(settings):
        options["sasl.mechanism"] = MECHANISM
        options["sasl.username"] = settings.kafka_user
        options["sasl.password"] = settings.kafka_password.get_secret_value()
    if _has_private_ca(settings):
        options["ssl.ca.location"] = settings.kafka_ca
    return options


def kafka_python(settings: Settings) -> dict[str, str]:
    """Arguments of kafka-python's clients, the brokers' address among them."""
    options = {"bootstrap_servers": settings.kafka_bootstrap}
    if settings.kafka_security == "PLAINTEXT":
        return options
    options["security_protocol"] = settings.kafka_security
    if _has_sasl(settings):
        options["sasl_mechanism"] = MECHANISM
        options["sasl_plain_username"] = settings.kafka_user
        options["sasl_plain_password"] = settings.kafka_password.get_secret_value()
    if _has_private_ca(settings):
        options["ssl_cafile"] = settings.kafka_ca
    return options


def spark(settings: Settings) -> dict[str, str]:
    """Options of Spark's Kafka source, which hands on to the Java client what begins with `kafka.`."""
    options = {"kafka.bootstrap.servers": settings.kafka_bootstrap}
    if settings.kafka_security == "PLAINTEXT":
        return options
    options["kafka.security.protocol"] = settings.kafka_security
    if _has_sasl(settings):
        options["kafka.sasl.mechanism"] = MECHANISM
        options["kafka.sasl.jaas.config"] = _jaas(settings)
    if _has_private_ca(settings):
        options["kafka.ssl.truststore.type"] = "PEM"
        options["kafka.ssl.truststore.location"] = settings.kafka_ca
    return options


def _has_sasl(settings: Settings) -> bool:
    return settings.kafka_security.startswith("SASL_")


def _has_private_ca(settings: Settings) -> bool:
    return settings.kafka_security.endswith("SSL") and bool(settings.kafka_ca)


def _jaas(settings: Settings) -> str:
    module = "org.apache.kafka.common.security.scram.ScramLoginModule"
    password = settings.kafka_password.get_secret_value()
    return f"{module} required username={_quoted(settings.kafka_user)} password={_quoted(password)};"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
